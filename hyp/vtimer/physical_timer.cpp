// SPDX-License-Identifier: Apache-2.0
#include "physical_timer.hpp"

#include "../kernel/vcpu_interrupts.hpp"
#include "../trace/points.hpp"

namespace ws {

namespace {

using Control = reg::CNTP_CTL_EL0;
constexpr u32 kIntid = 30;

bool condition_met(const GuestPhysicalTimer& timer) {
    return Control::ENABLE.get(timer.control) != 0 && timer.compare <= physical_count();
}

void record(const Vcpu& vcpu, trace::TimerChange change) {
    trace::event<trace::At::kernel>(
        trace::payload::timer{vcpu.physical_timer.compare, vcpu.owner, trace::Timer::physical_timer, change});
}

/// The line is what the registers say it is. The devices are locked.
void set_line(Vcpu& vcpu) {
    const GuestPhysicalTimer& timer = vcpu.physical_timer;
    const bool high = condition_met(timer) && Control::IMASK.get(timer.control) == 0;
    vcpu.vm->interrupts.set_line(vcpu.index, kIntid, high);
}

/// On the CPU where the timer was armed; the guest may have set it anew meanwhile, on another one.
void expired(SoftTimer& expiry) {
    Vcpu& vcpu = *static_cast<Vcpu*>(expiry.context);
    record(vcpu, trace::TimerChange::expired);
    u32 work;
    {
        DevicesLocked locked(*vcpu.vm);
        set_line(vcpu);
        work = vcpu.vm->interrupts.take_work();
    }
    deliver(*vcpu.vm, work);
}

/// The line and the soft timer follow the registers. The devices are locked.
void update(Vcpu& vcpu) {
    GuestPhysicalTimer& timer = vcpu.physical_timer;
    cancel_timer(timer.expiry);
    const bool on = (timer.control & (Control::ENABLE.mask() | Control::IMASK.mask())) == Control::ENABLE.mask();
    if (on && !condition_met(timer)) {
        timer.expiry.expired = expired;
        timer.expiry.context = &vcpu;
        arm_timer(timer.expiry, timer.compare);
        record(vcpu, trace::TimerChange::armed);
    }
    set_line(vcpu);
}

}  // namespace

u64 read_physical_timer(Vcpu& vcpu, TimerRegister which) {
    const GuestPhysicalTimer& timer = vcpu.physical_timer;
    switch (which) {
        case TimerRegister::control: return timer.control | Control::ISTATUS.of(condition_met(timer) ? 1 : 0);
        case TimerRegister::compare: return timer.compare;
        case TimerRegister::value: return (timer.compare - physical_count()) & 0xffff'ffff;
    }
    return 0;
}

void write_physical_timer(Vcpu& vcpu, TimerRegister which, u64 value) {
    GuestPhysicalTimer& timer = vcpu.physical_timer;
    u32 work;
    {
        DevicesLocked locked(*vcpu.vm);
        switch (which) {
            case TimerRegister::control:
                timer.control = value & (Control::ENABLE.mask() | Control::IMASK.mask());
                break;
            case TimerRegister::compare: timer.compare = value; break;
            case TimerRegister::value:  // signed, 32 bits (Arm ARM D17.11.14)
                timer.compare = physical_count() + static_cast<u64>(static_cast<i64>(static_cast<std::int32_t>(value)));
                break;
        }
        update(vcpu);
        work = vcpu.vm->interrupts.take_work();
    }
    deliver(*vcpu.vm, work);
}

void reset_physical_timer(Vcpu& vcpu) {
    cancel_timer(vcpu.physical_timer.expiry);
    vcpu.physical_timer.control = 0;
    vcpu.physical_timer.compare = 0;
}

}  // namespace ws
