// SPDX-License-Identifier: Apache-2.0
#include "vcpu_thread.hpp"

#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../exits/dispatch.hpp"
#include "../kernel/guest_vmcr.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../psci/psci.hpp"
#include "../trace/points.hpp"
#include "../user/process.hpp"
#include "../vmm/interface/system_call.hpp"
#include "../vtimer/virtual_timer.hpp"
#include "../world_switch/design.hpp"
#include "selfcheck.hpp"

namespace ws {

namespace {

SpinLock vmids_lock;
VmidAllocator vmids;

/// The VM's VMID goes into the vCPU's VTTBR_EL2; TLBs forget what the number, or another vCPU on this CPU, left there.
void prepare_translation(Vcpu& vcpu, Cpu& cpu) {
    Vm& vm = *vcpu.vm;
    bool forget_all = false;
    {
        Locked locked(vmids_lock);
        vcpu.context->vttbr = vm.stage2.vttbr(vmids.use(vm.stage2.vmid, cpu.id, forget_all));
        if (forget_all) ThisDesign::maintain_tlbs({trace::TlbScope::all, 0, Ipa(0)});
    }
    const trace::Owner last = vm.last_on[cpu.id];
    vm.last_on[cpu.id] = vcpu.owner;
    if (last != 0 && last != vcpu.owner)
        ThisDesign::maintain_tlbs({trace::TlbScope::this_cpu, vcpu.context->vttbr, Ipa(0)});
}

/// Before the guest is entered: what was asked of the vCPU, until nothing is left. False: it is to stop.
bool serve_requests(Vcpu& vcpu) {
    for (;;) {
        const bool waits = this_cpu().must_reschedule || vcpu.wants(request::kStop | request::kLeaveGuest);
        // Somebody may be waiting for what a former round has put into the list registers.
        if (waits && vcpu.context->lists_in_use) sync_interrupts(vcpu);
        if (vcpu.wants(request::kStop)) return false;
        if (this_cpu().must_reschedule) yield_thread(SwitchReason::time_slice);
        if (vcpu.wants(request::kLeaveGuest)) wait_while_paused(vcpu);
        if (vcpu.wants(request::kFlush)) flush_interrupts(vcpu);
        if (vcpu.wants(request::kTimer)) link_timer_interrupt(vcpu);
        if (!vcpu.wants(~0U) && !this_cpu().must_reschedule) return true;
    }
}

bool has_requests(const Vcpu& vcpu) { return vcpu.wants(~0U) || this_cpu().must_reschedule; }

void enter_guest(VcpuContext& context) {
    if (board.options.selfcheck) [[unlikely]] {
        run_checked(context);
    } else {
        ThisDesign::run(context);
    }
}

/// Runs the guest until the vCPU is to stop.
void run_guest(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    load_vcpu(vcpu);  // if the thread had not left its CPU since the vCPU was switched on
    for (;;) {
        if (has_requests(vcpu) && !serve_requests(vcpu)) return;
        enter_guest(context);
        if (context.lists_in_use) sync_interrupts(vcpu);
        Outcome outcome;
        {
            trace::StepScope<trace::At::kernel> step(trace::Step::handle_exit);
            outcome = handle_exit(vcpu);
        }
        if (virtual_timer_needs_a_look(vcpu)) sync_virtual_timer(vcpu);
        if (outcome == Outcome::wait) wait_for_interrupt(vcpu);
        if (outcome == Outcome::yield) yield_thread(SwitchReason::yields);
    }
}

}  // namespace

void open_vmids(u64 count) {
    const u64 implemented =
        1ULL << (reg::ID_AA64MMFR1_EL1::VMIDBits.get(hw::read<reg::ID_AA64MMFR1_EL1>()) == 2 ? 16 : 8);
    constexpr u64 kUsed = 256;  // VTCR_EL2.VS is clear
    if (count == 0) count = implemented < kUsed ? implemented : kUsed;
    if (count > kUsed || !vmids.open(static_cast<u32>(count), board.cpu_count)) {
        panic("vmids=N must be from CPUs + 1 to 256, and is", count);
    }
}

void load_vcpu(Vcpu& vcpu) {
    if (vcpu.loaded_on >= 0 || __atomic_load_n(&vcpu.power, __ATOMIC_ACQUIRE) == Vcpu::Power::off) return;
    Cpu& cpu = this_cpu();
    cancel_timer(vcpu.wake_up);
    prepare_translation(vcpu, cpu);
    set_wfe_traps(vcpu, cpu.others_wait);
    __atomic_store_n(&vcpu.loaded_on, i64{cpu.id}, __ATOMIC_SEQ_CST);
    if (board.options.selfcheck) fill_host_registers();
    ThisDesign::load(*vcpu.context);
    restore_thread_id2(vcpu.context->extensions, cpu.host.extensions);
    sync_virtual_timer(vcpu);
    vcpu.ask(request::kTimer);
}

void put_vcpu(Vcpu& vcpu) {
    if (vcpu.loaded_on < 0) return;
    save_thread_id2(vcpu.context->extensions, this_cpu().host.extensions);
    ThisDesign::put(*vcpu.context);
    if (board.options.selfcheck) verify_host_registers("after the vCPU was put");
    __atomic_store_n(&vcpu.loaded_on, Vcpu::kNowhere, __ATOMIC_SEQ_CST);
    Locked locked(vmids_lock);
    vmids.leave(this_cpu().id);
}

void set_wfe_traps(Vcpu& vcpu, bool on) {
    VcpuContext& context = *vcpu.context;
    context.wfe_traps = on;
    context.traps = ThisDesign::guest_traps(context);
}

void wait_for_interrupt(Vcpu& vcpu) {
    const u64 vmcr = read_guest_vmcr(*vcpu.context);
    __atomic_store_n(&vcpu.waiting, true, __ATOMIC_SEQ_CST);
    sync_virtual_timer(vcpu);
    while (!vcpu.wants(request::kStop) && !has_interrupt_to_take(vcpu, vmcr)) {
        arm_wake_up(vcpu);
        block_thread();
        sync_virtual_timer(vcpu);
    }
    __atomic_store_n(&vcpu.waiting, false, __ATOMIC_SEQ_CST);
    cancel_timer(vcpu.wake_up);
}

i64 run_vcpu(UserThread& user, u64 index) {
    Vm& vm = user.process->vm;
    if (index >= vm.vcpu_count || vm.vcpus[index].context == nullptr) return static_cast<i64>(vmm::Error::invalid);
    Vcpu& vcpu = vm.vcpus[index];
    {
        DevicesLocked locked(vm);
        if (vcpu.thread != nullptr) return static_cast<i64>(vmm::Error::state);  // another thread runs it
        vcpu.thread = &user.thread;
    }
    user.thread.owner = vcpu.owner;
    user.thread.vcpu = &vcpu;
    for (;;) {
        wait_until_on(vcpu);
        run_guest(vcpu);
        put_vcpu(vcpu);
        switch_off(vcpu);
    }
}

}  // namespace ws
