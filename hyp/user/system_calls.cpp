// SPDX-License-Identifier: Apache-2.0
#include "system_calls.hpp"

#include "../arch/hw/maintenance.hpp"
#include "../cpu/cpu.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../trace/points.hpp"
#include "../vmm/interface/system_call.hpp"
#include "host_devices.hpp"
#include "vcpu_registers.hpp"
#include "vmm_exit.hpp"

namespace ws {

namespace {

using trace::SystemCall;
using vmm::Error;

constexpr i64 result(Error error) { return static_cast<i64>(error); }

/// A vCPU of the caller's VM that was made; null if there is none such.
Vcpu* find_vcpu(Process& process, u64 index) {
    if (index >= process.vm.vcpu_count) return nullptr;
    Vcpu& vcpu = process.vm.vcpus[index];
    return vcpu.context != nullptr ? &vcpu : nullptr;
}

char printable(u8 character) { return static_cast<char>(character >= ' ' && character < 0x7f ? character : '?'); }

/// With a status the VMM could not go on, and says why.
i64 exit_process(Process& process, u64 status, UserVa text, u64 bytes) {
    Vm& vm = process.vm;
    if (status == 0) {
        const char* const why = vm.switched_off ? "the guest switched its machine off" : "its VMM ended it";
        end_vm(vm, trace::Verdict::guest_exit, 0, why);
        return 0;
    }
    const u8* const from = bytes < sizeof(vm.vmm_message) ? process.memory(text, bytes, false) : nullptr;
    if (from == nullptr) return result(Error::invalid);
    for (u64 i = 0; i < bytes; ++i) vm.vmm_message[i] = printable(from[i]);
    end_vm(vm, trace::Verdict::vmm_crash, status, vm.vmm_message);
    return 0;
}

i64 start_thread(Process& process, UserVa entry, u64 argument) {
    if (process.memory(entry, 4, false) == nullptr) return result(Error::invalid);
    UserThread* const user = add_user_thread(process, entry, argument);
    if (user == nullptr) return result(Error::full);
    wake_thread(user->thread);
    return user - process.threads;
}

i64 set_memory_region(Vm& vm, Ipa ipa, UserVa memory, u64 bytes) {
    // One region, all of the guest's RAM: what the kernel made for it.
    if (ipa != Vm::kMemoryStart || memory != vmm::kGuestMemory || bytes != vm.memory_bytes)
        return result(Error::invalid);
    __atomic_store_n(&vm.memory_set, true, __ATOMIC_RELEASE);
    return 0;
}

i64 clean_memory(Process& process, UserVa start, u64 bytes) {
    u8* const memory = bytes <= vmm::kMaxMemoryBytes ? process.memory(start, bytes, true) : nullptr;
    if (memory == nullptr) return result(Error::invalid);
    hw::make_executable(HostVa(reinterpret_cast<u64>(memory)), bytes);
    return 0;
}

i64 reset(Process& process, u64 index) {
    Vcpu* const vcpu = find_vcpu(process, index);
    if (vcpu == nullptr) return result(Error::invalid);
    DevicesLocked locked(process.vm);
    if (vcpu->power == Vcpu::Power::on) return result(Error::state);
    reset_vcpu(*vcpu, Ipa(0), 0);
    return 0;
}

/// Of a vCPU that is on, the values are in a CPU or may be at any moment, but for its own thread: while that is here,
/// it is put. The devices are locked.
bool registers_are_here(const Vcpu& vcpu, const UserThread& user) {
    return vcpu.power == Vcpu::Power::off || vcpu.thread == &user.thread;
}

/// The value goes to X1.
i64 get_register(UserThread& user, u64 index, u64 number) {
    Process& process = *user.process;
    const Vcpu* const vcpu = find_vcpu(process, index);
    if (vcpu == nullptr) return result(Error::invalid);
    DevicesLocked locked(process.vm);
    if (!registers_are_here(*vcpu, user)) return result(Error::state);
    return read_vcpu_register(*vcpu->context, number, user.frame.x[1]) ? 0 : result(Error::invalid);
}

i64 set_register(UserThread& user, u64 index, u64 number, u64 value) {
    Process& process = *user.process;
    Vcpu* const vcpu = find_vcpu(process, index);
    if (vcpu == nullptr) return result(Error::invalid);
    DevicesLocked locked(process.vm);
    if (!registers_are_here(*vcpu, user)) return result(Error::state);
    return write_vcpu_register(*vcpu->context, number, value) ? 0 : result(Error::invalid);
}

i64 start_vcpu(Process& process, u64 index) {
    Vcpu* const vcpu = find_vcpu(process, index);
    if (vcpu == nullptr || !process.vm.memory_set) return result(Error::invalid);
    {
        DevicesLocked locked(process.vm);
        if (!may_be_switched_on(*vcpu)) return result(Error::state);
        switch_on_as_set(*vcpu);
    }
    if (vcpu->thread != nullptr) wake_thread(*vcpu->thread);
    return 0;
}

i64 set_line(Vm& vm, u64 intid, bool high) {
    constexpr u64 kFirstShared = 32;
    if (intid < kFirstShared || intid >= vgic::kIntIds || intid == Vm::kUartIntid) return result(Error::invalid);
    set_interrupt_line(vm, 0, static_cast<u32>(intid), high);
    return 0;
}

/// `a`: the arguments, X0 and up.
i64 call(UserThread& user, SystemCall which, const u64* a) {
    Process& process = *user.process;
    Vm& vm = process.vm;
    switch (which) {
        case SystemCall::run: break;  // its caller's
        case SystemCall::exit: return exit_process(process, a[0], UserVa(a[1]), a[2]);
        case SystemCall::start_thread: return start_thread(process, UserVa(a[0]), a[1]);
        case SystemCall::yield: yield_thread(SwitchReason::yields); return 0;
        case SystemCall::create_vm: return open_vm(vm) ? 0 : result(Error::state);
        case SystemCall::set_memory_region: return set_memory_region(vm, Ipa(a[0]), UserVa(a[1]), a[2]);
        case SystemCall::clean_memory: return clean_memory(process, UserVa(a[0]), a[1]);
        case SystemCall::create_vcpu: return create_vcpu(vm, a[0]) ? 0 : result(Error::state);
        case SystemCall::reset_vcpu: return reset(process, a[0]);
        case SystemCall::get_register: return get_register(user, a[0], a[1]);
        case SystemCall::set_register: return set_register(user, a[0], a[1], a[2]);
        case SystemCall::start_vcpu: return start_vcpu(process, a[0]);
        case SystemCall::set_interrupt_line: return set_line(vm, a[0], a[1] != 0);
        case SystemCall::add_device_region: return vm.user_devices.add(Ipa(a[0]), a[1]) ? 0 : result(Error::full);
        case SystemCall::add_kick:
            return vm.kicks.add(Ipa(a[0]), static_cast<u32>(a[1]), user) ? 0 : result(Error::full);
        case SystemCall::wait: return wait_for_events(user);
        case SystemCall::disk_transfer: return transfer_for(process, a[0], a[1], UserVa(a[2]), a[3]);
        case SystemCall::send_frame: return send_frame(process, UserVa(a[0]), a[1]);
        case SystemCall::receive_frame: return receive_frame(process, UserVa(a[0]));
        case SystemCall::random: return fill_with_random(process, UserVa(a[0]), a[1]);
        case SystemCall::console_write: return write_console(process, UserVa(a[0]), a[1]);
        case SystemCall::console_read: return read_console(user, UserVa(a[0]), a[1]);
    }
    return result(Error::unknown_call);
}

u64 call_number(const UserThread& user) { return user.frame.x[8]; }

void record(const UserThread& user, SystemCall which) {
    using Event = trace::payload::system_call;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{user.frame.x[0], user.thread.owner, which}; });
}

}  // namespace

bool is_run_call(UserThread& user) {
    if (call_number(user) != static_cast<u64>(SystemCall::run)) return false;
    record(user, SystemCall::run);
    return true;
}

void handle_system_call(UserThread& user) {
    const u64 number = call_number(user);
    if (number > static_cast<u64>(SystemCall::console_read)) {
        user.frame.x[0] = static_cast<u64>(result(Error::unknown_call));
        return;
    }
    const SystemCall which = static_cast<SystemCall>(number);
    record(user, which);
    trace::StepScope<trace::At::kernel> step(trace::Step::handle_system_call);
    user.frame.x[0] = static_cast<u64>(call(user, which, user.frame.x));
}

}  // namespace ws
