// SPDX-License-Identifier: Apache-2.0
// The kernel's side of the split design, at EL1: every one of these is an HVC into the lowvisor.
#include "../../arch/hw/calls.hpp"
#include "../../boot/translation_setup.hpp"
#include "../../kernel/cpu.hpp"
#include "../../kernel/kernel_main.hpp"
#include "../../kernel/panic.hpp"
#include "lowvisor.hpp"

namespace ws {

void ThisDesign::run(VcpuContext& vcpu) {
    hw::hvc(static_cast<u64>(HostCall::run_vcpu), reinterpret_cast<u64>(&vcpu));
}

void ThisDesign::share(Pa start, u64 bytes) {
    if (hw::hvc(static_cast<u64>(HostCall::share_pages), start.value, bytes) != 0) {
        panic("the lowvisor refuses to share pages at", start.value);
    }
}

void ThisDesign::load_debug(VcpuContext& vcpu) {
    vcpu.debug_used = true;
    vcpu.traps = guest_traps(vcpu);
}

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    const u64 counters = reg::MDCR_EL2::HPMN.get(this_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | kEl2Mode;
    traps.cptr = guest_cptr_e2h0();
    traps.mdcr = guest_mdcr(counters, vcpu.debug_used);
    traps.hstr = kGuestHstr;
    traps.cnthctl = kGuestCnthctlE2h0;
    traps.pmuserenr = 0;
    return traps;
}

/// The kernel's first line in C++ at EL1, MMU off: its own tables, its own vectors.
extern "C" [[noreturn]] void split_kernel_main() {
    hw::write<reg::TPIDR_EL1>(reinterpret_cast<u64>(&cpus[0]));
    hw::write<reg::VBAR_EL1>(reinterpret_cast<u64>(panic_vectors));
    hw::write<reg::CPACR_EL1>(reg::CPACR_EL1::FPEN.mask());
    map_kernel_space();
    turn_on_el1_translation(kernel_space);
    kernel_main();
}

}  // namespace ws
