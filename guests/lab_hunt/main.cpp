// SPDX-License-Identifier: Apache-2.0
// Lab 0: a hunt. Traps of several kinds in an order that the seed decides; the trace tells what each one was.
#include "guests/lib/guest.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/seal.hpp"

namespace guest {

namespace {

extern "C" void trap_hvc(u64 number, u64 address);
extern "C" void trap_id_register(u64 number, u64 address);
extern "C" void trap_load(u64 number, u64 address);
extern "C" void trap_store(u64 number, u64 address);

constexpr u64 kGicd = 0x0800'0000;
constexpr u64 kVirtio = 0x0A00'0000;
/// RAM that nobody has touched: each page of it is mapped when it is (stage 2).
constexpr u64 kFreshMemory = 0x4040'0000;
constexpr u64 kFreshPages = 512;
constexpr u64 kPageBytes = 4096;

void touch(u64 page) { *reinterpret_cast<volatile u64*>(kFreshMemory + page * kPageBytes) = page; }

constexpr u64 kKinds = 6;

/// One trap. The kernel sees to GICD_TYPER and GICD_IIDR itself; a virtio device is the VMM's.
void trap(u64 kind, Random& random) {
    switch (kind) {
        case 0: return trap_hvc(random.below(32), 0);
        case 1: return trap_id_register(random.below(16), 0);
        case 2: return trap_load(random.below(16), kGicd + 4 + 4 * random.below(2));
        case 3: return trap_store(random.below(8), kGicd + 0x400);
        case 4: return trap_load(random.below(16), kVirtio + 4 * random.below(4));
        default: return touch(random.below(kFreshPages));
    }
}

}  // namespace

u64 main() {
    Random random(lab_seed.seed);
    const u64 traps = 10 * lab_seed.rounds;
    // Of each kind there is one, whatever the seed.
    for (u64 i = 0; i < traps; ++i) trap(i < kKinds ? i : random.below(kKinds), random);
    Digest digest(lab_seed.key);
    digest.add(random.next());
    seal(0, 0, kNothingWrong, digest);
    return 0;
}

}  // namespace guest
