// SPDX-License-Identifier: Apache-2.0
// kernel_at_el2/load_put.cpp in an image of vhe without some of the optimisations. Each part is here thanks to one of
// them; without it, undeferred.hpp has it at every exit.
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "../kernel_at_el2/deferred.hpp"
#include "../optimisations.hpp"
#include "../vhe/host_el1.hpp"

namespace ws {

using namespace deferred;

namespace {
constexpr Optimisations on = kOptimisations;
}  // namespace

void ThisDesign::load(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_load);
    HostContext& host = el2_cpu().host;
    if (on.deferred_state) save_host_el1(host);
    if (on.lazy_debug && vcpu.debug_used) save_host_debug(host);
    hw::complete_walks();
    if (on.traps_left_on) activate_traps(vcpu);
    if (on.traps_left_on) enter_stage2(vcpu);
    if (on.lists_when_used) restore_vgic(vcpu);
    if (on.timer_left_alone) restore_timer(vcpu);
    if (on.deferred_state) restore_el1(vcpu);
    if (on.lazy_debug && vcpu.debug_used) restore_debug(vcpu);
    restore_deferred_errors(vcpu.extensions, host.extensions);
}

void ThisDesign::put(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_put);
    HostContext& host = el2_cpu().host;
    if (on.timer_left_alone) save_timer(vcpu);
    if (on.lists_when_used) save_vgic(vcpu);
    if (on.deferred_state) save_el1(vcpu);
    if (vcpu.fp_loaded) save_fp(vcpu);
    if (on.lazy_debug && vcpu.debug_used) save_debug(vcpu);
    hw::complete_walks();
    save_deferred_errors(vcpu.extensions, host.extensions);
    if (on.traps_left_on) deactivate_traps(host);
    if (on.deferred_state) give_el1_to_host(host);
    if (vcpu.fp_loaded) restore_host_fp(host);
    if (on.lazy_debug && vcpu.debug_used) restore_host_debug(host);
    vcpu.fp_loaded = false;
    vcpu.traps = guest_traps(vcpu);
}

void ThisDesign::load_fp(VcpuContext& vcpu) {
    save_host_fp(el2_cpu().host);
    restore_fp(vcpu);
    vcpu.fp_loaded = true;
    vcpu.traps = guest_traps(vcpu);
}

/// The guest touched a debug register for the first time: from now on it has its own.
void ThisDesign::load_debug(VcpuContext& vcpu) {
    if (on.lazy_debug) save_host_debug(el2_cpu().host);
    if (on.lazy_debug) restore_debug(vcpu);
    vcpu.debug_used = true;
}

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    const u64 counters = reg::MDCR_EL2::HPMN.get(el2_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | guest_hcr_wfe(vcpu.wfe_traps) | kEl2Mode;
    traps.cptr = guest_cptr_e2h1(vcpu.fp_loaded || !on.lazy_fp);
    traps.mdcr = guest_mdcr(counters);
    traps.hstr = kGuestHstr;
    traps.cnthctl = kGuestCnthctlE2h1;
    traps.pmuserenr = 0;
    return traps;
}

}  // namespace ws
