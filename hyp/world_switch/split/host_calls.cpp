// SPDX-License-Identifier: Apache-2.0
// The kernel's side of the split design, at EL1. What only EL2 can do is an HVC into the lowvisor: run, share,
// maintain_tlbs.
#include "../../arch/hw/calls.hpp"
#include "../../base/panic.hpp"
#include "../../boot/translation_setup.hpp"
#include "../../cpu/cpu.hpp"
#include "../kernel_entry.hpp"
#include "lowvisor.hpp"

namespace ws {

void ThisDesign::run(VcpuContext& vcpu) { hw::hvc(static_cast<u64>(HostCall::run_vcpu), reinterpret_cast<u64>(&vcpu)); }

void ThisDesign::share(Pa start, u64 bytes) {
    if (hw::hvc(static_cast<u64>(HostCall::share_pages), start.value, bytes) != 0) {
        panic("the lowvisor refuses to share pages at", start.value);
    }
}

void ThisDesign::maintain_tlbs(const TlbMaintenance& what) {
    if (what.scope == trace::TlbScope::page) {
        hw::hvc(static_cast<u64>(HostCall::tlb_page), what.vttbr, what.ipa.value);
    } else {
        hw::hvc(static_cast<u64>(HostCall::tlb), static_cast<u64>(what.scope), what.vttbr);
    }
}

void ThisDesign::load_debug(VcpuContext& vcpu) { vcpu.debug_used = true; }

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    const u64 counters = reg::MDCR_EL2::HPMN.get(this_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | guest_hcr_wfe(vcpu.wfe_traps) | kEl2Mode;
    traps.cptr = guest_cptr_e2h0(true);
    traps.mdcr = guest_mdcr(counters);
    traps.hstr = kGuestHstr;
    traps.cnthctl = kGuestCnthctlE2h0;
    traps.pmuserenr = 0;
    return traps;
}

const AddressSpace& ThisDesign::space_below_processes() { return kernel_space; }

/// The kernel's first line in C++ at EL1, MMU off: its own tables, its own vectors.
extern "C" [[noreturn]] void split_kernel_main(Cpu& cpu) {
    hw::write<reg::VBAR_EL1>(kernel_vectors_address());
    hw::write<reg::CPACR_EL1>(reg::CPACR_EL1::FPEN.of(kFpenNotEl0));
    hw::write<reg::CNTKCTL_EL1>(0);  // no timer for processes: one is the kernel's own; unknown at reset
    if (cpu.id == 0) map_kernel_space();
    turn_on_el1_translation(kernel_space);
    kernel_main(cpu);
}

}  // namespace ws
