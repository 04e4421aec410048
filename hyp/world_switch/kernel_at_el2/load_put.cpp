// SPDX-License-Identifier: Apache-2.0
// What a kernel at EL2 switches once, when a vCPU comes onto a CPU and when it leaves (KVM: vcpu_load, vcpu_put).
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "deferred.hpp"
#include "host_el1.hpp"  // this design's

namespace ws {

using namespace deferred;

void ThisDesign::load(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_load);
    HostContext& host = el2_cpu().host;
    save_host_el1(host);
    if (vcpu.debug_used) save_host_debug(host);
    hw::complete_walks();
    activate_traps(vcpu);
    enter_stage2(vcpu);
    restore_vgic(vcpu);
    restore_timer(vcpu);
    restore_el1(vcpu);
    if (vcpu.debug_used) restore_debug(vcpu);
    restore_deferred_errors(vcpu.extensions, host.extensions);
}

void ThisDesign::put(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_put);
    HostContext& host = el2_cpu().host;
    save_timer(vcpu);
    save_vgic(vcpu);
    save_el1(vcpu);
    if (vcpu.fp_loaded) save_fp(vcpu);
    if (vcpu.debug_used) save_debug(vcpu);
    hw::complete_walks();
    save_deferred_errors(vcpu.extensions, host.extensions);
    deactivate_traps(host);
    give_el1_to_host(host);
    if (vcpu.fp_loaded) restore_host_fp(host);
    if (vcpu.debug_used) restore_host_debug(host);
    vcpu.fp_loaded = false;
    vcpu.traps = guest_traps(vcpu);
}

/// The guest used FP/SIMD for the first time since it was loaded (KVM: kvm_hyp_handle_fpsimd). While the kernel runs
/// CPTR_EL2 lets EL2 use the registers; the next entry leaves them to the guest.
void ThisDesign::load_fp(VcpuContext& vcpu) {
    save_host_fp(el2_cpu().host);
    restore_fp(vcpu);
    vcpu.fp_loaded = true;
    vcpu.traps = guest_traps(vcpu);
}

/// The guest touched a debug register for the first time: from now on it has its own.
void ThisDesign::load_debug(VcpuContext& vcpu) {
    save_host_debug(el2_cpu().host);
    restore_debug(vcpu);
    vcpu.debug_used = true;
}

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    constexpr bool e2h = kEl2Mode != 0;
    const u64 counters = reg::MDCR_EL2::HPMN.get(el2_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | guest_hcr_wfe(vcpu.wfe_traps) | kEl2Mode;
    traps.cptr = e2h ? guest_cptr_e2h1(vcpu.fp_loaded) : guest_cptr_e2h0(vcpu.fp_loaded);
    traps.mdcr = guest_mdcr(counters);
    traps.hstr = kGuestHstr;
    traps.cnthctl = e2h ? kGuestCnthctlE2h1 : kGuestCnthctlE2h0;
    traps.pmuserenr = 0;
    return traps;
}

}  // namespace ws
