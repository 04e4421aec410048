// SPDX-License-Identifier: Apache-2.0
// The per-CPU pointer: where the structure of the CPU is on which this code runs. Whose code it is says at which exception level it
// runs, and with that which register has the pointer; EL1's is a guest's while a guest runs.
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
