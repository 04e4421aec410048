// SPDX-License-Identifier: Apache-2.0
// A VMM: one process a VM, one thread a vCPU. It makes its VM through the kernel's system calls, puts the guest into
// its memory, and then serves what its vCPUs need (kvmtool and QEMU do the same with KVM's).
#include "devices.hpp"
#include "faults.hpp"
#include "kernel_calls.hpp"
#include "machine.hpp"

namespace ws::vmm {

namespace {

/// One vCPU's whole life: run returns when the guest wants what the VMM has.
[[noreturn]] void run_vcpu(u64 vcpu) {
    RunArea& area = run_area(vcpu);
    for (;;) {
        if (run(vcpu) < 0) give_up("the kernel does not run a vCPU");
        switch (area.reason) {
            case trace::VmmExitReason::mmio:
                commit_fault(boot_page().fault);
                access_device(area);
                break;
            case trace::VmmExitReason::system_off: exit();
            case trace::VmmExitReason::system_reset:
                reset_devices();
                load_machine();
                break;
        }
    }
}

void start_other_vcpus() {
    if (boot_page().fault == kFaultOneVcpuLess) return;
    for (u64 vcpu = 1; vcpu < boot_page().vcpus; ++vcpu) {
        if (call(SystemCall::start_thread, reinterpret_cast<u64>(&run_vcpu), vcpu) < 0) give_up("no thread for a vCPU");
    }
}

}  // namespace

extern "C" [[noreturn]] void vmm_main() {
    make_machine();
    start_other_vcpus();
    start_serving();
    load_machine();
    run_vcpu(0);
}

void give_up(const char* why) {
    u64 bytes = 0;
    while (why[bytes] != '\0') ++bytes;
    for (;;) call(SystemCall::exit, 1, address_of(why), bytes);
}

void give_up(const char* why, u64 value) {
    char text[120];
    u64 bytes = 0;
    const auto add = [&](char character) {
        if (bytes + 1 < sizeof(text)) text[bytes++] = character;
    };
    while (*why != '\0') add(*why++);
    for (const char* before = " 0x"; *before != '\0';) add(*before++);
    unsigned shift = 60;
    while (shift != 0 && value >> shift == 0) shift -= 4;
    for (;; shift -= 4) {
        add("0123456789abcdef"[value >> shift & 0xf]);
        if (shift == 0) break;
    }
    text[bytes] = '\0';
    give_up(text);
}

}  // namespace ws::vmm
