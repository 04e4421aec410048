// SPDX-License-Identifier: Apache-2.0
#include "seal.hpp"

namespace guest {

extern "C" void seal_bytes(const u8* bytes, u64 count, u64 vm);

// The grader finds its magic number in the image (scripts/wslib/labs/guest_seed.py).
volatile LabSeed lab_seed = {kLabMagic, 1, 1, 1, 4, 0};

void seal(u8 check, u8 round, u16 found, const Digest& digest) {
    static u8 bytes[12];
    bytes[0] = check;
    bytes[1] = round;
    bytes[2] = static_cast<u8>(found);
    bytes[3] = static_cast<u8>(found >> 8);
    for (unsigned i = 0; i < 8; ++i) bytes[4 + i] = static_cast<u8>(digest.value() >> (8 * i));
    seal_bytes(bytes, sizeof bytes, lab_seed.vm);
}

}  // namespace guest
