// SPDX-License-Identifier: Apache-2.0
// What a guest can write of extensions that it is not told of, and that nothing can trap: each vCPU has its own. On
// CPUs without these extensions the registers do not exist.
#pragma once

#include "../arch/hw/sysreg_access.hpp"

namespace ws {

/// Which of them this CPU has. A bit each, so that a switch looks at one register of its own.
struct Extensions {
    /// While HCR_EL2.AMO is set, EL1's DISR_EL1 is VDISR_EL2, and no trap covers it (Arm ARM D17.2.42; KVM:
    /// __sysreg_save_el2_return_state).
    static constexpr u32 kDeferredErrors = 1 << 0;
    /// SME without fine-grained traps, which could trap TPIDR2_EL0 (Arm ARM D17.2.64). No CPU that Arm allows is like
    /// that, but QEMU's max before 8.0 is.
    static constexpr u32 kThreadId2 = 1 << 1;
};

struct ExtensionState {
    u64 vdisr;
    u64 tpidr2;
};

/// At EL2.
WS_INLINE void save_deferred_errors(ExtensionState& state, u32 extensions) {
    if ((extensions & Extensions::kDeferredErrors) != 0) state.vdisr = hw::read<reg::VDISR_EL2>();
}
WS_INLINE void restore_deferred_errors(const ExtensionState& state, u32 extensions) {
    if ((extensions & Extensions::kDeferredErrors) != 0) hw::write<reg::VDISR_EL2>(state.vdisr);
}

/// At the kernel's exception level, when a vCPU is loaded and put: neither kernel nor VMMs use the register.
inline void save_thread_id2(ExtensionState& state, u32 extensions) {
    if ((extensions & Extensions::kThreadId2) != 0) state.tpidr2 = hw::read<reg::TPIDR2_EL0>();
}
inline void restore_thread_id2(const ExtensionState& state, u32 extensions) {
    if ((extensions & Extensions::kThreadId2) != 0) hw::write<reg::TPIDR2_EL0>(state.tpidr2);
}

}  // namespace ws
