// SPDX-License-Identifier: Apache-2.0
// Barriers and waiting (Arm ARM B2.3.12, C6.2).
#pragma once

#include "attributes.hpp"

namespace ws::hw {

/// Context synchronisation: what was written to system registers counts for the instructions that follow.
WS_INLINE void isb() { asm volatile("isb" ::: "memory"); }
/// All memory accesses and TLB maintenance before it are complete, for the whole system.
WS_INLINE void dsb_sy() { asm volatile("dsb sy" ::: "memory"); }
/// The same, for this CPU's inner shareable domain: where all CPUs of the board are.
WS_INLINE void dsb_ish() { asm volatile("dsb ish" ::: "memory"); }
/// Table walks that EL1&0 began before EL2 was entered are complete. Before the registers of that regime change: a walk
/// under way would go on with some of the old ones and some of the new (Arm ARM D8.1.5, R_LFHQG; KVM: __kvm_vcpu_run in
/// hyp/nvhe/switch.c).
WS_INLINE void complete_walks() { asm volatile("dsb nsh" ::: "memory"); }
/// Stores before it are seen by other CPUs' table walks.
WS_INLINE void dsb_ishst() { asm volatile("dsb ishst" ::: "memory"); }
/// Waits for an interrupt, masked ones included.
WS_INLINE void wfi() { asm volatile("dsb sy\n\twfi" ::: "memory"); }
/// This CPU waits for another one's store: let others go on.
WS_INLINE void yield() { asm volatile("yield" ::: "memory"); }
WS_INLINE void wfe() { asm volatile("wfe" ::: "memory"); }
/// Stops the compiler from moving memory accesses; no instruction.
WS_INLINE void compiler_barrier() { asm volatile("" ::: "memory"); }

}  // namespace ws::hw
