// SPDX-License-Identifier: Apache-2.0
// TLB and cache maintenance.
#pragma once

#include "../types.hpp"
#include "barriers.hpp"
#include "sysreg_access.hpp"

namespace ws::hw {

/// Forget every translation of EL2's own regime (E2H=0: EL2; E2H=1: EL2&0).
WS_INLINE void tlb_invalidate_el2() {
    asm volatile("dsb ishst\n\ttlbi alle2is\n\tdsb ish\n\tisb" ::: "memory");
}

/// Forget every translation of EL1&0, stage 1 and 2, of every VMID. Only EL2 may.
WS_INLINE void tlb_invalidate_el1_all() {
    asm volatile("dsb ishst\n\ttlbi alle1is\n\tdsb ish\n\tisb" ::: "memory");
}

/// Make what was written as data at [start, start + bytes) visible to instruction fetches: the lines go to the point of
/// unification, and to the point of coherency too, since a guest starts with its caches off.
inline void make_executable(HostVa start, u64 bytes) {
    const u64 line_bytes = 4ULL << reg::CTR_EL0::DminLine.get(read<reg::CTR_EL0>());
    const u64 end = start.value + bytes;
    for (u64 line = start.value & ~(line_bytes - 1); line < end; line += line_bytes) {
        asm volatile("dc civac, %0" ::"r"(line) : "memory");
    }
    asm volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}

}  // namespace ws::hw
