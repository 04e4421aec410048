// SPDX-License-Identifier: Apache-2.0
// A guest's virtual timer, CNTV_*: the guest has the real one while it runs. Its interrupt is the board's PPI 27, which
// the guest gets linked to a virtual one (ICH_LRn_EL2.HW): the guest's end of it ends the physical one, with no trap
// (KVM: arch_timer.c).
#pragma once

#include "../kernel/interrupts.hpp"
#include "../kernel/vm.hpp"
#include "../world_switch/design.hpp"
#include "../world_switch/stays_in_cpu.hpp"

namespace ws {

/// Can the timer's condition have changed without anybody telling the interrupt controller? Where every exit stops the
/// timer (split) its interrupt is never seen, so each exit has to look; else the interrupt tells, and only a line that
/// is up has to be looked at, for it may have come down.
inline bool virtual_timer_needs_a_look(const Vcpu& vcpu) {
    if constexpr (!kTimerStaysInCpu) {
        using C = reg::CNTV_CTL_EL0;
        return vcpu.timer_line ||
               (vcpu.context->timer.value<C>() & (C::ENABLE.mask() | C::IMASK.mask())) == C::ENABLE.mask();
    } else {
        return vcpu.timer_line;
    }
}

/// Compares the timer with the count, and tells the interrupt controller.
void sync_virtual_timer(Vcpu& vcpu);

/// Makes PPI 27 of this CPU active exactly while the loaded vCPU's timer interrupt is pending or active: then the board
/// does not signal it again (KVM: kvm_timer_vcpu_load_gic).
void link_timer_interrupt(Vcpu& vcpu);

/// The vCPU waits: it is to be woken when its timer is due.
void arm_wake_up(Vcpu& vcpu);

}  // namespace ws
