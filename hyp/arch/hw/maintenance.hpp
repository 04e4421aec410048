// SPDX-License-Identifier: Apache-2.0
// TLB and cache maintenance.
#pragma once

#include "../types.hpp"
#include "barriers.hpp"
#include "sysreg_access.hpp"

namespace ws::hw {

/// Invalidate every translation of EL2's own regime (E2H=0: EL2; E2H=1: EL2&0).
WS_INLINE void tlb_invalidate_el2() { asm volatile("dsb ishst\n\ttlbi alle2is\n\tdsb ish\n\tisb" ::: "memory"); }

/// Invalidate every translation of EL1&0, stage 1 and 2, of every VMID. Only EL2 may.
WS_INLINE void tlb_invalidate_el1_all() { asm volatile("dsb ishst\n\ttlbi alle1is\n\tdsb ish\n\tisb" ::: "memory"); }

/// What a CPU holds for the current VMID of EL1&0, stage 1 and 2, on all CPUs. Here and below: that new tables are seen
/// is the caller's part, before it makes the VMID the current one.
WS_INLINE void tlb_invalidate_vmid() { asm volatile("tlbi vmalls12e1is\n\tdsb ish\n\tisb" ::: "memory"); }

/// Stage 2 of one page or block for the current VMID, on all CPUs, then all of its stage 1, since a combined entry may
/// be tagged with the virtual address alone (Arm ARM D8.13.5).
WS_INLINE void tlb_invalidate_ipa(Ipa ipa) {
    asm volatile("tlbi ipas2e1is, %0\n\tdsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::"r"(ipa.value >> 12) : "memory");
}

/// This CPU's entries and instruction cache for the current VMID: another vCPU of the same VM ran here before, and the
/// two may use the same ASID for different tables.
WS_INLINE void tlb_invalidate_local() { asm volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory"); }

/// The instruction caches of all CPUs.
WS_INLINE void instruction_cache_invalidate() { asm volatile("ic ialluis\n\tdsb ish\n\tisb" ::: "memory"); }

/// What was written to [start, start + bytes) is in memory, where one finds it whose caches are off: a guest at its
/// start, a CPU that was just switched on.
inline void clean_to_memory(HostVa start, u64 bytes) {
    const u64 line_bytes = 4ULL << reg::CTR_EL0::DminLine.get(read<reg::CTR_EL0>());
    const u64 end = start.value + bytes;
    for (u64 line = start.value & ~(line_bytes - 1); line < end; line += line_bytes) {
        asm volatile("dc civac, %0" ::"r"(line) : "memory");
    }
    dsb_sy();
}

/// The same, and instruction fetches find it too.
inline void make_executable(HostVa start, u64 bytes) {
    clean_to_memory(start, bytes);
    instruction_cache_invalidate();
}

}  // namespace ws::hw
