// SPDX-License-Identifier: Apache-2.0
// A CPU's two timers (Arm ARM D11.2.4). The virtual one is the hardware's in a VM as well; the physical one is emulated
// there.
#pragma once

#include "guest_machine.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

template <class Ctl, class Cval, class Tval, class Count>
struct Timer {
    static constexpr u64 kEnable = 1;
    static constexpr u64 kMasked = 2;
    static constexpr u64 kMet = 4;

    static u64 count() {
        ws::hw::isb();  // not earlier than where it stands in the program
        return ws::hw::read<Count>();
    }
    static u64 control() { return ws::hw::read<Ctl>(); }
    static void set_control(u64 value) {
        ws::hw::write<Ctl>(value);
        ws::hw::isb();
    }
    static u64 compare_value() { return ws::hw::read<Cval>(); }
    static u64 timer_value() { return ws::hw::read<Tval>(); }
    static void arm_at(u64 deadline, u64 how = kEnable) {
        ws::hw::write<Cval>(deadline);
        set_control(how);
    }
    static void arm_in(u64 tick_count) {
        ws::hw::write<Tval>(tick_count);
        set_control(kEnable);
    }
    static void stop() { set_control(0); }
};

using VirtualTimer = Timer<ws::reg::CNTV_CTL_EL0, ws::reg::CNTV_CVAL_EL0, ws::reg::CNTV_TVAL_EL0, ws::reg::CNTVCT_EL0>;
using PhysicalTimer = Timer<ws::reg::CNTP_CTL_EL0, ws::reg::CNTP_CVAL_EL0, ws::reg::CNTP_TVAL_EL0, ws::reg::CNTPCT_EL0>;

}  // namespace guest
