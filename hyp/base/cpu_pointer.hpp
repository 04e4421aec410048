// SPDX-License-Identifier: Apache-2.0
// The per-CPU pointer: where the structure of the CPU is that runs this code. Each exception level has it in a register
// of its own. TPIDR_EL1 is the guest's while a guest runs, so code at EL2 never takes that one.
#pragma once

#include "../arch/hw/sysreg_access.hpp"

namespace ws {

template <int el>
WS_INLINE u64 cpu_pointer() {
    static_assert(el == 1 || el == 2);
    if constexpr (el == 2) {
        return hw::read<reg::TPIDR_EL2>();
    } else {
        return hw::read<reg::TPIDR_EL1>();
    }
}

}  // namespace ws
