// SPDX-License-Identifier: Apache-2.0
#include "virtual_timer.hpp"

#include "../cpu/cpu.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../platform/gic_v3.hpp"
#include "../trace/points.hpp"

namespace ws {

namespace {

/// CNTV_CTL_EL0 and CNTV_CVAL_EL0: where exits save them, or as long as the vCPU is loaded, in the CPU.
template <class Register>
u64 read_timer(const Vcpu& vcpu) {
    if constexpr (kTimerStaysInCpu) {
        if (vcpu.loaded_on >= 0) return hw::read_guest<ThisDesign::kGuestNames, Register::id>();
    }
    return vcpu.context->timer.value<Register>();
}

/// Enabled and not masked?
bool is_on(const Vcpu& vcpu) {
    using C = reg::CNTV_CTL_EL0;
    return (read_timer<C>(vcpu) & (C::ENABLE.mask() | C::IMASK.mask())) == C::ENABLE.mask();
}

/// Is its condition met: has the virtual count reached CNTV_CVAL_EL0, both unsigned (Arm ARM D11.2.4)?
/// A guest's CNTVOFF_EL2 is zero: its virtual count is the physical one. QEMU (7.2) adds an offset to CNTV_CVAL_EL0
/// without a thought for overflow, and spins for good on a timer that a guest has set to the end of time.
bool is_due(const Vcpu& vcpu) { return physical_count() >= read_timer<reg::CNTV_CVAL_EL0>(vcpu); }

void record(const Vcpu& vcpu, u64 when, trace::TimerChange change) {
    trace::event<trace::At::kernel>(trace::payload::timer{when, vcpu.owner, trace::Timer::virtual_timer, change});
}

void wake_up_expired(SoftTimer& timer) {
    Vcpu& vcpu = *static_cast<Vcpu*>(timer.context);
    record(vcpu, timer.deadline, trace::TimerChange::expired);
    // No more than that: the vCPU may have come to run on another CPU meanwhile. It looks at its timer for itself.
    wake_thread(*vcpu.thread);
}

}  // namespace

void sync_virtual_timer(Vcpu& vcpu) {
    const bool high = is_on(vcpu) && is_due(vcpu);
    if (!high && !vcpu.timer_line) return;
    vcpu.timer_line = high;
    set_interrupt_line(*vcpu.vm, vcpu.index, kGuestTimerIntid, high);
    vcpu.ask(request::kTimer);
}

void virtual_timer_fired() {
    Cpu& cpu = this_cpu();
    cpu.timer_active = cpu.timer_active_known = true;
    Vcpu* const vcpu = cpu.current->vcpu;
    if (vcpu == nullptr || vcpu->loaded_on < 0) {  // it was put just now, and its timer with it
        gic::deactivate(kGuestTimerIntid);
        cpu.timer_active = false;
        return;
    }
    vcpu->timer_line = true;  // have a look
    vcpu->ask(request::kTimer);
}

void link_timer_interrupt(Vcpu& vcpu) {
    vcpu.done(request::kTimer);
    bool wanted;
    {
        DevicesLocked locked(*vcpu.vm);
        const vgic::InterruptController& interrupts = vcpu.vm->interrupts;
        wanted = interrupts.line(vcpu.index, kGuestTimerIntid) || interrupts.is_active(vcpu.index, kGuestTimerIntid);
    }
    Cpu& cpu = this_cpu();
    if (cpu.timer_active_known && cpu.timer_active == wanted) return;
    gic::set_private_active(cpu.redistributor, kGuestTimerIntid, wanted);
    cpu.timer_active = wanted;
    cpu.timer_active_known = true;
}

void arm_wake_up(Vcpu& vcpu) {
    // The line is up already, and the guest does not take it: it waits for something else. What the line says counts,
    // not the clock: a timer that has become due since the line was set goes off at once.
    if (!is_on(vcpu) || vcpu.timer_line) return;
    vcpu.wake_up.expired = wake_up_expired;
    vcpu.wake_up.context = &vcpu;
    arm_timer(vcpu.wake_up, read_timer<reg::CNTV_CVAL_EL0>(vcpu));
    record(vcpu, vcpu.wake_up.deadline, trace::TimerChange::armed);
}

}  // namespace ws
