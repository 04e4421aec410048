// SPDX-License-Identifier: Apache-2.0
// What ends a WFI: the physical timer, whose interrupt has the highest priority and is never taken.
#pragma once

#include "gic.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

inline constexpr u32 kPhysicalTimer = 30;

inline void open_wake_up() {
    gic::init_distributor();
    gic::init_cpu();
    gic::set_priority(kPhysicalTimer, 0);
    gic::enable(kPhysicalTimer);
}

/// The next WFI ends after so many ticks; or, turned off, the interrupt is gone.
inline void arm_wake_up(bool on, u64 in_ticks = 100) {
    ws::hw::write<ws::reg::CNTP_TVAL_EL0>(in_ticks);
    ws::hw::write<ws::reg::CNTP_CTL_EL0>(on ? ws::reg::CNTP_CTL_EL0::ENABLE.mask() : 0);
}

}  // namespace guest
