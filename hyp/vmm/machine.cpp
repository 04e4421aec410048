// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include "devices.hpp"
#include "faults.hpp"
#include "kernel_calls.hpp"
#include "loader.hpp"

namespace ws::vmm {

namespace {

constexpr u64 kMemoryStart = 0x4000'0000;  // as on QEMU's virt board

GuestMemory memory() {
    return GuestMemory(Ipa(kMemoryStart), reinterpret_cast<u8*>(kGuestMemory.value), boot_page().memory_bytes);
}

void must(i64 result, const char* what) {
    if (result < 0) give_up(what);
}

}  // namespace

void make_machine() {
    const BootPage& boot = boot_page();
    must(call(SystemCall::create_vm), "the kernel makes no VM");
    must(call(SystemCall::set_memory_region, kMemoryStart, kGuestMemory.value, boot.memory_bytes),
         "no memory for the guest");
    make_devices(memory());
    const u64 vcpus = boot.vcpus - (boot.fault == kFaultOneVcpuLess ? 1 : 0);
    for (u64 vcpu = 0; vcpu < vcpus; ++vcpu) must(call(SystemCall::create_vcpu, vcpu), "the kernel makes no vCPU");
}

void load_machine() {
    const BootPage& boot = boot_page();
    const GuestEntry entry = load_guest(boot, memory(), device_slots());
    must(call(SystemCall::reset_vcpu, 0), "vCPU 0 cannot be reset");
    must(call(SystemCall::set_register, 0, kRegisterPc, entry.entry.value), "vCPU 0 has no PC");
    must(call(SystemCall::set_register, 0, 0, entry.device_tree.value), "vCPU 0 has no X0");
    must(call(SystemCall::start_vcpu, 0), "vCPU 0 cannot be started");
}

}  // namespace ws::vmm
