// SPDX-License-Identifier: Apache-2.0
// What a kernel at EL2 switches once, when a vCPU comes onto a CPU and when it leaves (KVM: vcpu_load, vcpu_put). Here
// it is next to nothing: enter_exit.cpp does it all, at every exit.
//
// TODO 8A. What you take from `run` goes here, or into load_fp and load_debug.
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "deferred.hpp"
#include "host_el1.hpp"  // this design's

namespace ws {

using namespace deferred;

void ThisDesign::load(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_load);
    restore_deferred_errors(vcpu.extensions, el2_cpu().host.extensions);
}

void ThisDesign::put(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_put);
    save_deferred_errors(vcpu.extensions, el2_cpu().host.extensions);
    vcpu.traps = guest_traps(vcpu);
}

/// The guest used FP/SIMD while CPTR_EL2 traps it: see guest_traps. As long as it does not trap nobody calls this.
void ThisDesign::load_fp(VcpuContext& vcpu) {
    vcpu.fp_loaded = true;
    vcpu.traps = guest_traps(vcpu);
}

/// The guest touched a debug register for the first time: from now on it has its own.
void ThisDesign::load_debug(VcpuContext& vcpu) { vcpu.debug_used = true; }

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    const u64 counters = reg::MDCR_EL2::HPMN.get(el2_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | guest_hcr_wfe(vcpu.wfe_traps) | kEl2Mode;
    traps.cptr = guest_cptr_e2h1(true);  // FP/SIMD does not trap
    traps.mdcr = guest_mdcr(counters);
    traps.hstr = kGuestHstr;
    traps.cnthctl = kGuestCnthctlE2h1;
    traps.pmuserenr = 0;
    return traps;
}

}  // namespace ws
