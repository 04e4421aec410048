// SPDX-License-Identifier: Apache-2.0
#include "psci.hpp"

#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../kernel/guest_memory.hpp"
#include "../kernel/interrupts.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../trace/points.hpp"
#include "../user/vmm_exit.hpp"
#include "../vtimer/physical_timer.hpp"

namespace ws {

namespace {

// Function identifiers; the 64-bit variants have kCall64 set as well (DEN 0022F, 5.1).
constexpr u32 kCall64 = 0x4000'0000;
enum class Function : u32 {
    version = 0x8400'0000,
    cpu_suspend = 0x8400'0001,
    cpu_off = 0x8400'0002,
    cpu_on = 0x8400'0003,
    affinity_info = 0x8400'0004,
    migrate_info_type = 0x8400'0006,
    system_off = 0x8400'0008,
    system_reset = 0x8400'0009,
    features = 0x8400'000a,
    smccc_version = 0x8000'0000,
    smccc_arch_features = 0x8000'0001,
};

constexpr u64 kVersion1_1 = 0x1'0001;
constexpr u64 kSmccc1_1 = 0x1'0001;
constexpr u64 kNoMigration = 2;   // MIGRATE_INFO_TYPE: no trusted OS
constexpr u64 kOn = 0, kOff = 1;  // AFFINITY_INFO

constexpr u64 kSuccess = 0;
constexpr u64 error(u64 number) { return ~number + 1; }
constexpr u64 kNotSupported = error(1), kInvalidParameters = error(2), kAlreadyOn = error(4),
              kInvalidAddress = error(9);

/// Which functions have a variant with 64-bit arguments.
constexpr bool has_64(Function f) {
    return f == Function::cpu_suspend || f == Function::cpu_on || f == Function::affinity_info;
}

/// The function that `id` calls; arguments of a 32-bit call count with 32 bits.
bool decode(u32 id, Function& function, bool& is_64) {
    is_64 = (id & kCall64) != 0;
    function = static_cast<Function>(id & ~kCall64);
    switch (function) {
        case Function::version:
        case Function::cpu_suspend:
        case Function::cpu_off:
        case Function::cpu_on:
        case Function::affinity_info:
        case Function::migrate_info_type:
        case Function::system_off:
        case Function::system_reset:
        case Function::features:
        case Function::smccc_version:
        case Function::smccc_arch_features: return !is_64 || has_64(function);
    }
    return false;
}

/// Aff0 alone tells vCPUs apart. What the VMM has not created is not there. The devices are locked.
Vcpu* find_vcpu(Vm& vm, u64 affinity) {
    return affinity < vm.vcpu_count && vm.vcpus[affinity].context != nullptr ? &vm.vcpus[affinity] : nullptr;
}

u64 cpu_on(Vcpu& caller, u64 target, u64 entry, u64 context_id) {
    Vm& vm = *caller.vm;
    Vcpu* vcpu;
    {
        DevicesLocked locked(vm);
        vcpu = find_vcpu(vm, target);
        if (vcpu == nullptr) return kInvalidParameters;
        if (!vm.is_memory(Ipa(entry), 4) || entry % 4 != 0) return kInvalidAddress;
        if (!may_be_switched_on(*vcpu))
            return kAlreadyOn;  // if the machine stops, so does the caller, and does not read this
        switch_on(*vcpu, Ipa(entry), context_id);
    }
    if (vcpu->thread != nullptr) wake_thread(*vcpu->thread);  // else its VMM has not come to run it yet
    return kSuccess;
}

/// The affinity fields from `level` up of the MPIDR_EL1 format: those below do not count (DEN 0022F, 5.7).
constexpr u64 fields_from(u64 level) {
    constexpr u64 kBelow[] = {0, 0xff, 0xffff, 0xff'ffff};  // Aff3 is at bit 32
    return ~kBelow[level];
}

u64 affinity_info(const Vcpu& caller, u64 target, u64 level) {
    Vm& vm = *caller.vm;
    if (level > 3) return kInvalidParameters;
    // Higher levels are one group each, with all vCPUs in it, and so with the caller, which is on.
    if (level != 0) return (target & fields_from(level)) == 0 ? kOn : kInvalidParameters;
    DevicesLocked locked(vm);
    const Vcpu* const vcpu = find_vcpu(vm, target);
    if (vcpu == nullptr) return kInvalidParameters;
    return vcpu->power == Vcpu::Power::on ? kOn : kOff;
}

u64 features(u32 id) {
    Function function;
    bool is_64;
    if (!decode(id, function, is_64) || function == Function::smccc_arch_features) return kNotSupported;
    return kSuccess;
}

/// Which functions of the architecture's service there are, itself among them (DEN 0028, SMCCC_ARCH_FEATURES).
u64 architecture_features(u32 id) {
    const Function function = static_cast<Function>(id);
    return function == Function::smccc_version || function == Function::smccc_arch_features ? kSuccess : kNotSupported;
}

void reset_system(Vcpu& vcpu) {
    Vm& vm = *vcpu.vm;
    {
        DevicesLocked locked(vm);
        if (vm.ended || vm.resetting) return;
        vm.resetting = true;
    }
    stop_vcpus(vm);
}

/// The last vCPU that stopped for a reset brings back what the kernel has of the machine. The devices are locked.
void reset_machine(Vm& vm) {
    for (u32 i = 0; i < vm.vcpu_count; ++i) reset_physical_timer(vm.vcpus[i]);
    vm.interrupts.reset(vm.vcpu_count);
    vm.uart.reset();
    forget_protection(vm);
    vm.resetting = false;
}

bool any_is_on(const Vm& vm) {
    for (u32 i = 0; i < vm.vcpu_count; ++i) {
        if (vm.vcpus[i].power == Vcpu::Power::on) return true;
    }
    return false;
}

void record(const Vcpu& vcpu, u64 function, u64 argument, const u64& result) {
    using Event = trace::payload::psci;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{function, argument, result, vcpu.owner}; });
}

u64 call(Vcpu& vcpu, Function function, u64 argument1, u64 argument2, u64 argument3) {
    switch (function) {
        case Function::version: return kVersion1_1;
        case Function::cpu_suspend: return kSuccess;  // every state is a standby state: the caller waits, then goes on
        case Function::cpu_off: vcpu.ask(request::kStop); return kSuccess;  // which nobody reads
        case Function::cpu_on: return cpu_on(vcpu, argument1, argument2, argument3);
        case Function::affinity_info: return affinity_info(vcpu, argument1, argument2);
        case Function::migrate_info_type: return kNoMigration;
        case Function::system_off:
            vcpu.vm->switched_off = true;
            tell_vmm(vcpu, trace::VmmExitReason::system_off);
            return kSuccess;  // which nobody reads
        case Function::system_reset: reset_system(vcpu); return kSuccess;
        case Function::features: return features(static_cast<u32>(argument1));
        case Function::smccc_version: return kSmccc1_1;
        case Function::smccc_arch_features: return architecture_features(static_cast<u32>(argument1));
    }
    return kNotSupported;
}

}  // namespace

PsciOutcome psci_call(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    const u32 id = static_cast<u32>(context.x(0));
    Function function;
    bool is_64;
    if (!decode(id, function, is_64)) return PsciOutcome::unknown;
    const u64 mask = is_64 ? ~u64{0} : 0xffff'ffff;
    const u64 argument = context.x(1) & mask;
    const u64 result = call(vcpu, function, argument, context.x(2) & mask, context.x(3) & mask);
    record(vcpu, id, argument, result);
    context.set_x(0, result);
    return function == Function::cpu_suspend ? PsciOutcome::wait : PsciOutcome::done;
}

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
    trace::event_made<trace::At::kernel, Event>([&]()
                                                    WS_INLINE_LAMBDA { return Event{vcpu.context->pc(), vcpu.owner}; });
    vcpu.vm->interrupts.reset_vcpu(vcpu.index);
    vcpu.done(~0U);
    vcpu.ask(request::kFlush | request::kTimer);
    __atomic_store_n(&vcpu.power, Vcpu::Power::on, __ATOMIC_RELEASE);  // with all of the above
}

void switch_off(Vcpu& vcpu) {
    Vm& vm = *vcpu.vm;
    reset_physical_timer(vcpu);
    bool restarts = false, all_off;
    {
        DevicesLocked locked(vm);
        vcpu.power = Vcpu::Power::off;
        all_off = !any_is_on(vm);
        if (all_off && vm.resetting && !vm.ended) {
            reset_machine(vm);
            restarts = true;
        }
    }
    if (restarts) {
        tell_vmm(vcpu, trace::VmmExitReason::system_reset);  // it loads the guest anew
    } else if (all_off && !vm.ended) {
        end_vm(vm, trace::Verdict::guest_crash, 0, "the guest switched all of its CPUs off");
    }
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
