// SPDX-License-Identifier: Apache-2.0
#include "vmm_exit.hpp"

#include "../cpu/cpu.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../trace/points.hpp"
#include "../vmm/interface/run_area.hpp"
#include "../vmm/interface/system_call.hpp"
#include "process.hpp"

namespace ws {

namespace {

/// The VMM's `run` returns; back when it calls it again. In between the guest's registers are put away, for the VMM and
/// whoever has the CPU next use the same ones. The thread may come back on another CPU.
void ask_vmm(Vcpu& vcpu, trace::VmmExitReason reason, Ipa address) {
    using Event = trace::payload::vmm_exit;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{address.value, vcpu.owner, reason}; });
    Thread& thread = *vcpu.thread;
    UserThread& user = *thread.user;
    vcpu.run_area->reason = reason;
    put_vcpu(vcpu);
    thread.vcpu = nullptr;
    u64 result = 0;
    do {
        user.frame.x[0] = result;
        result = static_cast<u64>(vmm::Error::invalid);
    } while (run_until_run_call(user) != vcpu.index);
    thread.vcpu = &vcpu;
    load_vcpu(vcpu);
}

void set_events(UserThread& user, u32 events) {
    __atomic_fetch_or(&user.events, events, __ATOMIC_SEQ_CST);
    wake_thread(user.thread);
}

}  // namespace

bool access_user_device(Vcpu& vcpu, DeviceAccess& access) {
    vmm::RunArea& area = *vcpu.run_area;
    area.access = access.access;
    area.bytes = static_cast<u8>(access.bytes);
    area.refused = 0;
    area.address = access.address.value;
    area.value = access.value;
    ask_vmm(vcpu, trace::VmmExitReason::mmio, access.address);
    if (access.access == trace::Access::read) access.value = low_bytes(area.value, access.bytes);
    return area.refused == 0;
}

bool kick_user_device(Vcpu& vcpu, const DeviceAccess& access) {
    const Kicks::Kick* const kick =
        access.access == trace::Access::write ? vcpu.vm->kicks.find(access.address) : nullptr;
    if (kick == nullptr) return false;
    set_events(*kick->thread, kick->events);
    return true;
}

void tell_vmm(Vcpu& vcpu, trace::VmmExitReason reason) { ask_vmm(vcpu, reason, Ipa(0)); }

void signal_vmm(Vm& vm, u32 events) {
    UserThread* const user = __atomic_load_n(&vm.process->waiter, __ATOMIC_ACQUIRE);
    if (user != nullptr) set_events(*user, events);  // else: it begins by looking at everything
}

u32 wait_for_events(UserThread& user) {
    __atomic_store_n(&user.process->waiter, &user, __ATOMIC_RELEASE);
    for (;;) {
        const u32 events = __atomic_exchange_n(&user.events, 0U, __ATOMIC_SEQ_CST);
        if (events != 0 || __atomic_load_n(&user.process->vm.ended, __ATOMIC_ACQUIRE)) return events;
        block_thread();
    }
}

}  // namespace ws
