// SPDX-License-Identifier: Apache-2.0
#include "vcpu_power.hpp"

#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../trace/points.hpp"
#include "interrupts.hpp"
#include "scheduler.hpp"

namespace ws {

bool may_be_switched_on(const Vcpu& vcpu) {
    return vcpu.power == Vcpu::Power::off && !vcpu.vm->ended && !vcpu.vm->resetting;
}

void switch_on(Vcpu& vcpu, Ipa entry, u64 x0) {
    reset_vcpu(vcpu, entry, x0);
    switch_on_as_set(vcpu);
}

void switch_on_as_set(Vcpu& vcpu) {
    // What was asked of the vCPU is forgotten below, kStop too: who stops for good must not come here.
    require(may_be_switched_on(vcpu), "a vCPU of a machine that stops is switched on");
    using Event = trace::payload::vcpu_reset;
    trace::event_made<trace::At::kernel, Event>([&]() WS_INLINE_LAMBDA {
        return Event{vcpu.context->pc(), vcpu.owner};
    });
    vcpu.vm->interrupts.reset_vcpu(vcpu.index);
    vcpu.done(~0U);
    vcpu.ask(request::kFlush | request::kTimer);
    __atomic_store_n(&vcpu.power, Vcpu::Power::on, __ATOMIC_RELEASE);  // with all of the above
}

void wait_until_on(Vcpu& vcpu) {
    while (__atomic_load_n(&vcpu.power, __ATOMIC_ACQUIRE) == Vcpu::Power::off) {
        if (__atomic_load_n(&vcpu.vm->ended, __ATOMIC_ACQUIRE)) end_thread();
        block_thread();
    }
}

void stop_vcpus(Vm& vm) {
    for (u32 i = 0; i < vm.vcpu_count; ++i) {
        Vcpu& vcpu = vm.vcpus[i];
        vcpu.ask(request::kStop);
        if (vcpu.thread != nullptr) wake_thread(*vcpu.thread);
        const i64 cpu = __atomic_load_n(&vcpu.loaded_on, __ATOMIC_SEQ_CST);
        if (cpu >= 0 && cpu != this_cpu().id)
            kick_cpu(static_cast<u32>(cpu), vcpu.owner, trace::KickReason::leave_guest);
    }
}

}  // namespace ws
