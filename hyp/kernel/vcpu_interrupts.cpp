// SPDX-License-Identifier: Apache-2.0
#include "vcpu_interrupts.hpp"

#include "../cpu/cpu.hpp"
#include "../trace/points.hpp"
#include "guest_vmcr.hpp"
#include "interrupts.hpp"
#include "scheduler.hpp"

namespace ws {

namespace vgic {

// What the interrupt controller tells goes into the trace. Its vCPUs are named by owner.
void note(u32 owner, u32 intid, trace::IrqChange change) {
    trace::event<trace::At::kernel>(trace::payload::virtual_irq{intid, static_cast<trace::Owner>(owner), change});
}

void note_list_register(u32 owner, u32 number, u64 value) {
    trace::event<trace::At::kernel>(
        trace::payload::list_register{value, static_cast<trace::Owner>(owner), static_cast<u8>(number)});
}

}  // namespace vgic

void deliver(Vm& vm, u32 vcpus) {
    bool kicked = false;
    while (vcpus != 0) {
        const u32 index = static_cast<u32>(__builtin_ctz(vcpus));
        vcpus &= vcpus - 1;
        Vcpu& vcpu = vm.vcpus[index];
        vcpu.ask(request::kFlush);
        if (__atomic_load_n(&vcpu.waiting, __ATOMIC_SEQ_CST)) {
            wake_thread(*vcpu.thread);
            continue;
        }
        const i64 cpu = __atomic_load_n(&vcpu.loaded_on, __ATOMIC_SEQ_CST);
        if (cpu < 0 || cpu == this_cpu().id) continue;
        kick_cpu(static_cast<u32>(cpu), vcpu.owner, trace::KickReason::interrupt);
        kicked = true;
    }
    if (kicked) give_turn();
}

void set_interrupt_line(Vm& vm, u32 vcpu, u32 intid, bool high) {
    u32 work;
    {
        DevicesLocked locked(vm);
        vm.interrupts.set_line(vcpu, intid, high);
        work = vm.interrupts.take_work();
    }
    deliver(vm, work);
}

void sync_interrupts(Vcpu& vcpu) {
    trace::StepScope<trace::At::kernel> step(trace::Step::sync_interrupts);
    VcpuContext& context = *vcpu.context;
    u64* const lists = context.list_registers.words;
    u32 work;
    {
        DevicesLocked locked(*vcpu.vm);
        vgic::InterruptController& interrupts = vcpu.vm->interrupts;
        u64& hcr = context.list_registers.value<reg::ICH_HCR_EL2>();
        // In EOImode 1 an end only drops the priority; deactivations that matter trap.
        if (reg::ICH_VMCR_EL2::VEOIM.get(read_guest_vmcr(context)) != 0) hcr &= ~reg::ICH_HCR_EL2::EOIcount.mask();
        interrupts.sync(vcpu.index, lists, hcr);
        work = interrupts.take_work();
    }
    context.lists_in_use = false;
    Cpu& cpu = this_cpu();
    if (cpu.timer_active) {  // if the guest ended its timer interrupt, that has ended the board's
        cpu.timer_active_known = false;
        vcpu.ask(request::kTimer);
    }
    vcpu.ask(request::kFlush);
    work &= ~(1U << vcpu.index);
    if (work != 0) deliver(*vcpu.vm, work);
}

void flush_interrupts(Vcpu& vcpu) {
    trace::StepScope<trace::At::kernel> step(trace::Step::flush_interrupts);
    VcpuContext& context = *vcpu.context;
    DevicesLocked locked(*vcpu.vm);
    vcpu.done(request::kFlush);  // first: what comes later asks again
    vgic::InterruptController& interrupts = vcpu.vm->interrupts;
    ListRegisterState& lists = context.list_registers;
    const u32 used = interrupts.flush(vcpu.index, lists.words, lists.value<reg::ICH_HCR_EL2>());
    context.lists_in_use = used != 0;
    context.lists_changed = true;
}

void begin_pause(Vm& vm) { __atomic_fetch_add(&vm.pausers, 1U, __ATOMIC_SEQ_CST); }

void push_out_of_guests(Vm& vm, u32 vcpus) {
    for (; vcpus != 0; vcpus &= vcpus - 1) {
        Vcpu& vcpu = vm.vcpus[__builtin_ctz(vcpus)];
        if (vcpu.wants(request::kLeaveGuest)) continue;  // it was told already
        vcpu.ask(request::kLeaveGuest);
        const i64 cpu = __atomic_load_n(&vcpu.loaded_on, __ATOMIC_SEQ_CST);
        if (cpu >= 0) kick_cpu(static_cast<u32>(cpu), vcpu.owner, trace::KickReason::leave_guest);
    }
}

void end_pause(Vm& vm) { __atomic_fetch_sub(&vm.pausers, 1U, __ATOMIC_SEQ_CST); }

void wait_while_paused(Vcpu& vcpu) {
    vcpu.done(request::kLeaveGuest);
    while (__atomic_load_n(&vcpu.vm->pausers, __ATOMIC_SEQ_CST) != 0) hw::yield();
}

bool has_interrupt_to_take(Vcpu& vcpu, u64 vmcr) {
    DevicesLocked locked(*vcpu.vm);
    return vcpu.vm->interrupts.would_signal(vcpu.index, vmcr);
}

}  // namespace ws
