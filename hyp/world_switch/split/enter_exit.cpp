// SPDX-License-Identifier: Apache-2.0
// Entering and leaving a guest in the split design. All of this runs at EL2, in the lowvisor, between the kernel's HVC
// and the ERET back to it: the guest and the kernel share EL1, so each entry and each exit moves all of both
// (KVM: __kvm_vcpu_run in hyp/nvhe/switch.c).
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "../../trace/points.hpp"
#include "../guest_entry.hpp"
#include "lowvisor.hpp"

namespace ws {

namespace {

using trace::kHost;
using trace::restore;
using trace::save;
using trace::Step;
using trace::StepScope;
constexpr auto kNames = hw::GuestNames::el1;

// ---- from the guest to the host ----

WS_INLINE void save_timer(VcpuContext& vcpu) {
    StepScope step(Step::save_timer);
    save<kNames>(vcpu.owner, vcpu.timer);
    // The host's time is not the guest's, and a guest's timer must not fire in the host.
    hw::write<reg::CNTV_CTL_EL0>(0);
    hw::write<reg::CNTVOFF_EL2>(0);
}

WS_INLINE void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save<kNames>(vcpu.owner, vcpu.vgic);
    save<kNames>(vcpu.owner, vcpu.list_registers);
    hw::write<reg::ICH_HCR_EL2>(0);
}

WS_INLINE void save_el1(VcpuContext& vcpu, u32 extensions) {
    StepScope step(Step::save_el1);
    save<kNames>(vcpu.owner, vcpu.el1);
    save<kNames>(vcpu.owner, vcpu.user);
    save<kNames>(vcpu.owner, vcpu.return_state);
    save_deferred_errors(vcpu.extensions, extensions);
}

WS_INLINE void save_fp(VcpuContext& vcpu) {
    StepScope step(Step::save_fp);
    save<kNames>(vcpu.owner, vcpu.fp);
}

WS_INLINE void save_debug(VcpuContext& vcpu, bool breakpoints) {
    StepScope step(Step::save_debug);
    save<kNames>(vcpu.owner, vcpu.debug);
    if (breakpoints) {
        save<kNames>(vcpu.owner, vcpu.breakpoints);
    }
}

WS_INLINE void deactivate_traps(const HostContext& host) {
    StepScope step(Step::deactivate_traps);
    trace::write_control<reg::HCR_EL2>(kHost, host.traps.hcr);
    trace::write_control<reg::CPTR_EL2>(kHost, host.traps.cptr);
    trace::write_control<reg::MDCR_EL2>(kHost, host.traps.mdcr);
    trace::write_control<reg::HSTR_EL2>(kHost, host.traps.hstr);
    trace::write_control<reg::CNTHCTL_EL2>(kHost, host.traps.cnthctl);
    trace::write_control<reg::PMUSERENR_EL0>(kHost, host.traps.pmuserenr);
    trace::write_control<reg::VMPIDR_EL2>(kHost, host.traps.vmpidr);
    trace::write_control<reg::VPIDR_EL2>(kHost, host.traps.vpidr);
    trace::write_control<reg::VBAR_EL2>(kHost, host_vectors_address());
}

WS_INLINE void leave_stage2() {
    StepScope step(Step::leave_stage2);
    trace::write_control<reg::VTTBR_EL2>(kHost, 0);
}

WS_INLINE void restore_host_el1(HostContext& host) {
    StepScope step(Step::restore_host_el1);
    restore<kNames>(kHost, host.el1);
    restore<kNames>(kHost, host.user);
    restore<kNames>(kHost, host.return_state);
}

WS_INLINE void restore_host_fp(HostContext& host) {
    StepScope step(Step::restore_host_fp);
    restore<kNames>(kHost, host.fp);
}

WS_INLINE void restore_host_debug(HostContext& host, bool breakpoints) {
    StepScope step(Step::restore_host_debug);
    restore<kNames>(kHost, host.debug);
    if (breakpoints) {
        restore<kNames>(kHost, host.breakpoints);
    }
}

// ---- from the host to the guest ----

WS_INLINE void save_host_el1(HostContext& host) {
    StepScope step(Step::save_host_el1);
    save<kNames>(kHost, host.el1);
    save<kNames>(kHost, host.user);
    save<kNames>(kHost, host.return_state);
}

WS_INLINE void save_host_fp(HostContext& host) {
    StepScope step(Step::save_host_fp);
    save<kNames>(kHost, host.fp);
}

WS_INLINE void save_host_debug(HostContext& host, bool breakpoints) {
    StepScope step(Step::save_host_debug);
    save<kNames>(kHost, host.debug);
    if (breakpoints) {
        save<kNames>(kHost, host.breakpoints);
    }
}

WS_INLINE void activate_traps(const VcpuContext& vcpu) {
    StepScope step(Step::activate_traps);
    const TrapConfig& traps = vcpu.traps;
    trace::write_control<reg::VBAR_EL2>(vcpu.owner, guest_vectors_address());
    trace::write_control<reg::VPIDR_EL2>(vcpu.owner, traps.vpidr);
    trace::write_control<reg::VMPIDR_EL2>(vcpu.owner, traps.vmpidr);
    trace::write_control<reg::PMUSERENR_EL0>(vcpu.owner, traps.pmuserenr);
    trace::write_control<reg::CNTHCTL_EL2>(vcpu.owner, traps.cnthctl);
    trace::write_control<reg::HSTR_EL2>(vcpu.owner, traps.hstr);
    trace::write_control<reg::MDCR_EL2>(vcpu.owner, traps.mdcr);
    trace::write_control<reg::CPTR_EL2>(vcpu.owner, traps.cptr);
    trace::write_control<reg::HCR_EL2>(vcpu.owner, traps.hcr);
}

WS_INLINE void enter_stage2(const VcpuContext& vcpu) {
    StepScope step(Step::enter_stage2);
    trace::write_control<reg::VTCR_EL2>(vcpu.owner, vcpu.vtcr);
    trace::write_control<reg::VTTBR_EL2>(vcpu.owner, vcpu.vttbr);
}

WS_INLINE void restore_vgic(const VcpuContext& vcpu) {
    StepScope step(Step::restore_vgic);
    restore<kNames>(vcpu.owner, vcpu.vgic);
    restore<kNames>(vcpu.owner, vcpu.list_registers);
}

WS_INLINE void restore_timer(const VcpuContext& vcpu) {
    StepScope step(Step::restore_timer);
    restore<kNames>(vcpu.owner, vcpu.timer);
}

WS_INLINE void restore_el1(const VcpuContext& vcpu, u32 extensions) {
    StepScope step(Step::restore_el1);
    restore<kNames>(vcpu.owner, vcpu.el1);
    restore<kNames>(vcpu.owner, vcpu.user);
    restore<kNames>(vcpu.owner, vcpu.return_state);
    restore_deferred_errors(vcpu.extensions, extensions);
}

WS_INLINE void restore_fp(const VcpuContext& vcpu) {
    StepScope step(Step::restore_fp);
    restore<kNames>(vcpu.owner, vcpu.fp);
}

WS_INLINE void restore_debug(const VcpuContext& vcpu, bool breakpoints) {
    StepScope step(Step::restore_debug);
    restore<kNames>(vcpu.owner, vcpu.debug);
    if (breakpoints) {
        restore<kNames>(vcpu.owner, vcpu.breakpoints);
    }
}

}  // namespace

/// The whole way into a guest and out again. Called by the kernel at EL1 through HVC.
extern "C" u64 lowvisor_run_vcpu(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    save_host_el1(host);
    save_host_fp(host);
    const bool breakpoints = vcpu.debug_used;
    save_host_debug(host, breakpoints);

    hw::complete_walks();  // the host's
    // From here on EL1 is the guest's. For EL2's own instructions the order of these steps is free, since EL2 runs on
    // tables of its own. A CPU may translate for EL1&0 speculatively meanwhile, and QEMU does not. KVM restores EL1's
    // registers first and turns stage 2 and the traps on then, for Cortex-A57 and A72 (errata 1319537 and 1319367);
    // vGIC, timer and debug follow.
    activate_traps(vcpu);
    enter_stage2(vcpu);
    restore_vgic(vcpu);
    restore_timer(vcpu);
    restore_el1(vcpu, host.extensions);
    restore_fp(vcpu);
    restore_debug(vcpu, breakpoints);

    trace::last_step(Step::restore_general_purpose);
    const u64 vector = guest_enter(vcpu);  // ERET to the guest; comes back with Step::save_general_purpose done
    save_exit_info(vcpu.exit, vector);

    save_timer(vcpu);
    save_vgic(vcpu);
    save_el1(vcpu, host.extensions);
    save_fp(vcpu);
    save_debug(vcpu, breakpoints);

    hw::complete_walks();  // the guest's
    deactivate_traps(host);
    leave_stage2();
    restore_host_el1(host);
    restore_host_fp(host);
    restore_host_debug(host, breakpoints);

    trace::last_step(Step::return_to_host);
    return 0;
}

}  // namespace ws
