// SPDX-License-Identifier: Apache-2.0
#include "kvm_vcpu.hpp"

#include <sched.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "machine_end.hpp"

namespace ws::kvm {

KvmVcpu::KvmVcpu(const KvmMachine& machine, u32 number) {
    file_ = call(machine.vm(), KVM_CREATE_VCPU, "KVM_CREATE_VCPU", number);
    void* const area = ::mmap(nullptr, machine.run_area_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (area == MAP_FAILED) give_up_call("a vCPU's run area");
    area_ = static_cast<kvm_run*>(area);

    kvm_vcpu_init kind{};
    call_with(machine.vm(), KVM_ARM_PREFERRED_TARGET, "KVM_ARM_PREFERRED_TARGET", kind);
    kind.features[0] |= 1U << KVM_ARM_VCPU_PSCI_0_2;
    if (number != 0) kind.features[0] |= 1U << KVM_ARM_VCPU_POWER_OFF;
    call_with(file_, KVM_ARM_VCPU_INIT, "KVM_ARM_VCPU_INIT", kind);
}

namespace {

/// A register's id is its place in struct kvm_regs, in words of 32 bits.
constexpr u64 core_register(std::size_t place) {
    return KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | place / sizeof(u32);
}

void set_register(int vcpu, u64 id, u64 value) {
    kvm_one_reg one{};
    one.id = id;
    one.addr = address_of(&value);
    call_with(vcpu, KVM_SET_ONE_REG, "KVM_SET_ONE_REG", one);
}

void pin_to(u32 cpu) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    must(::sched_setaffinity(0, sizeof(cpus), &cpus), "pinning a vCPU to its CPU");
}

}  // namespace

void KvmVcpu::start_at(u64 entry, u64 device_tree) {
    set_register(file_, core_register(offsetof(kvm_regs, regs.regs)), device_tree);  // X0
    set_register(file_, core_register(offsetof(kvm_regs, regs.pc)), entry);
}

void KvmVcpu::run(u32 cpu, KvmDevices& devices) {
    pin_to(cpu);
    for (;;) {
        // KVM's system call is the whole world: load the vCPU, enter, serve in the kernel what the kernel has, put it
        // back.
        if (::ioctl(file_, KVM_RUN, 0) < 0 && errno != EINTR && errno != EAGAIN) give_up_call("KVM_RUN");
        switch (area_->exit_reason) {
            case KVM_EXIT_INTR: break;
            case KVM_EXIT_MMIO: access_device(devices); break;
            case KVM_EXIT_ARM_NISV: refuse_access(); break;
            case KVM_EXIT_SYSTEM_EVENT:
                if (area_->system_event.type != KVM_SYSTEM_EVENT_SHUTDOWN)
                    give_up("the guest has reset its machine, which this VMM does not do");
                devices.flush();
                end_machine();
            case KVM_EXIT_FAIL_ENTRY: give_up("KVM cannot enter the guest");
            case KVM_EXIT_INTERNAL_ERROR: give_up("KVM has an internal error");
            default: give_up("KVM_RUN has returned for a reason that this VMM does not know");
        }
    }
}

/// What a load gets goes into the run area; the next KVM_RUN puts it into the guest's register.
void KvmVcpu::access_device(KvmDevices& devices) {
    auto& mmio = area_->mmio;
    u64 value = 0;
    if (mmio.is_write != 0) std::memcpy(&value, mmio.data, mmio.len);
    if (!devices.access(mmio.phys_addr, mmio.len, mmio.is_write != 0, value)) return refuse_access();
    if (mmio.is_write == 0) std::memcpy(mmio.data, &value, sizeof(mmio.data));
}

/// As a bus where nothing answers: an external abort.
void KvmVcpu::refuse_access() {
    kvm_vcpu_events events{};
    events.exception.ext_dabt_pending = 1;
    call_with(file_, KVM_SET_VCPU_EVENTS, "KVM_SET_VCPU_EVENTS", events);
}

}  // namespace ws::kvm
