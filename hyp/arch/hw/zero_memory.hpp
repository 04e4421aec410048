// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../types.hpp"

namespace ws::hw {

/// Zeroes `bytes` at `start`, both multiples of 4 KiB, in normal memory: DC ZVA clears a block an instruction
/// (Arm ARM D7.5.9).
inline void zero_memory(void* start, u64 bytes) {
    u64 dczid;
    asm volatile("mrs %0, DCZID_EL0" : "=r"(dczid));
    const bool prohibited = (dczid & 0x10) != 0;
    const u64 block = prohibited ? 16 : 4ULL << (dczid & 0xf);
    const u64 end = reinterpret_cast<u64>(start) + bytes;
    for (u64 at = reinterpret_cast<u64>(start); at < end; at += block) {
        if (prohibited) {
            asm volatile("stp xzr, xzr, [%0]" ::"r"(at) : "memory");
        } else {
            asm volatile("dc zva, %0" ::"r"(at) : "memory");
        }
    }
}

}  // namespace ws::hw
