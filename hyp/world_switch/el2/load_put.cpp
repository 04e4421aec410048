// SPDX-License-Identifier: Apache-2.0
// What the el2 design switches once, when a vCPU comes onto a CPU and when it leaves: all that the kernel at EL2 does not need
// while it handles an exit. That is more than with VHE: EL1 has the host's own state in it while no vCPU is loaded, that of
// the tables and the vectors with which its processes run.
#include "../../kernel/cpu.hpp"
#include "../../trace/points.hpp"
#include "../guest_entry.hpp"

namespace ws {

namespace {

using trace::kHost;
using trace::Operation;
using trace::Step;
using trace::StepScope;
constexpr auto kEl1Names = hw::GuestNames::el1;

// ---- put: from the guest to the host ----

void save_timer(VcpuContext& vcpu) {
    StepScope step(Step::save_timer);
    save_sysregs<kEl1Names>(vcpu.timer);
    trace::block(Operation::save, vcpu.owner, vcpu.timer);
    hw::write<reg::CNTV_CTL_EL0>(0);
    hw::write<reg::CNTVOFF_EL2>(0);
}

void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save_sysregs<kEl1Names>(vcpu.vgic);
    trace::block(Operation::save, vcpu.owner, vcpu.vgic);
    hw::write<reg::ICH_HCR_EL2>(0);
    vcpu.lists_changed = true;   // the list registers are the next vCPU's
}

void save_el1(VcpuContext& vcpu) {
    StepScope step(Step::save_el1);
    save_sysregs<kEl1Names>(vcpu.el1);
    trace::block(Operation::save, vcpu.owner, vcpu.el1);
    save_sysregs<kEl1Names>(vcpu.user);
    trace::block(Operation::save, vcpu.owner, vcpu.user);
}

void save_fp(VcpuContext& vcpu) {
    StepScope step(Step::save_fp);
    save_fp_registers(vcpu.fp);
    trace::block(Operation::save, vcpu.owner, vcpu.fp);
}

void save_debug(VcpuContext& vcpu) {
    StepScope step(Step::save_debug);
    save_sysregs<kEl1Names>(vcpu.breakpoints);
    trace::block(Operation::save, vcpu.owner, vcpu.breakpoints);
}

void deactivate_traps(const HostContext& host) {
    StepScope step(Step::deactivate_traps);
    trace::write_control<reg::MDCR_EL2>(kHost, host.traps.mdcr);
    trace::write_control<reg::HSTR_EL2>(kHost, host.traps.hstr);
    trace::write_control<reg::CNTHCTL_EL2>(kHost, host.traps.cnthctl);
    trace::write_control<reg::PMUSERENR_EL0>(kHost, host.traps.pmuserenr);
    trace::write_control<reg::VMPIDR_EL2>(kHost, host.traps.vmpidr);
    trace::write_control<reg::VPIDR_EL2>(kHost, host.traps.vpidr);
}

/// The processes' translations are not the guest's: they have VMID 0.
void leave_stage2() {
    StepScope step(Step::leave_stage2);
    trace::write_control<reg::VTTBR_EL2>(kHost, 0);
}

void restore_host_el1(HostContext& host) {
    StepScope step(Step::restore_host_el1);
    trace::block(Operation::restore, kHost, host.el1);
    restore_sysregs<kEl1Names>(host.el1);
    trace::block(Operation::restore, kHost, host.user);
    restore_sysregs<kEl1Names>(host.user);
}

void restore_host_fp(HostContext& host) {
    StepScope step(Step::restore_host_fp);
    trace::block(Operation::restore, kHost, host.fp);
    restore_fp_registers(host.fp);
}

void restore_host_debug(HostContext& host) {
    StepScope step(Step::restore_host_debug);
    trace::block(Operation::restore, kHost, host.breakpoints);
    restore_sysregs<kEl1Names>(host.breakpoints);
}

// ---- load: from the host to the guest ----

void save_host_el1(HostContext& host) {
    StepScope step(Step::save_host_el1);
    save_sysregs<kEl1Names>(host.el1);
    trace::block(Operation::save, kHost, host.el1);
    save_sysregs<kEl1Names>(host.user);
    trace::block(Operation::save, kHost, host.user);
}

void save_host_fp(HostContext& host) {
    StepScope step(Step::save_host_fp);
    save_fp_registers(host.fp);
    trace::block(Operation::save, kHost, host.fp);
}

void save_host_debug(HostContext& host) {
    StepScope step(Step::save_host_debug);
    save_sysregs<kEl1Names>(host.breakpoints);
    trace::block(Operation::save, kHost, host.breakpoints);
}

void activate_traps(const VcpuContext& vcpu) {
    StepScope step(Step::activate_traps);
    const TrapConfig& traps = vcpu.traps;
    trace::write_control<reg::VPIDR_EL2>(vcpu.owner, traps.vpidr);
    trace::write_control<reg::VMPIDR_EL2>(vcpu.owner, traps.vmpidr);
    trace::write_control<reg::PMUSERENR_EL0>(vcpu.owner, traps.pmuserenr);
    trace::write_control<reg::CNTHCTL_EL2>(vcpu.owner, traps.cnthctl);
    trace::write_control<reg::HSTR_EL2>(vcpu.owner, traps.hstr);
    trace::write_control<reg::MDCR_EL2>(vcpu.owner, traps.mdcr);
}

void enter_stage2(const VcpuContext& vcpu) {
    StepScope step(Step::enter_stage2);
    trace::write_control<reg::VTCR_EL2>(vcpu.owner, vcpu.vtcr);
    trace::write_control<reg::VTTBR_EL2>(vcpu.owner, vcpu.vttbr);
}

void restore_vgic(const VcpuContext& vcpu) {
    StepScope step(Step::restore_vgic);
    trace::block(Operation::restore, vcpu.owner, vcpu.vgic);
    restore_sysregs<kEl1Names>(vcpu.vgic);
}

void restore_timer(const VcpuContext& vcpu) {
    StepScope step(Step::restore_timer);
    trace::block(Operation::restore, vcpu.owner, vcpu.timer);
    restore_sysregs<kEl1Names>(vcpu.timer);
}

void restore_el1(const VcpuContext& vcpu) {
    StepScope step(Step::restore_el1);
    trace::block(Operation::restore, vcpu.owner, vcpu.el1);
    restore_sysregs<kEl1Names>(vcpu.el1);
    trace::block(Operation::restore, vcpu.owner, vcpu.user);
    restore_sysregs<kEl1Names>(vcpu.user);
}

void restore_fp(const VcpuContext& vcpu) {
    StepScope step(Step::restore_fp);
    trace::block(Operation::restore, vcpu.owner, vcpu.fp);
    restore_fp_registers(vcpu.fp);
}

void restore_debug(const VcpuContext& vcpu) {
    StepScope step(Step::restore_debug);
    trace::block(Operation::restore, vcpu.owner, vcpu.breakpoints);
    restore_sysregs<kEl1Names>(vcpu.breakpoints);
}

}  // namespace

void ThisDesign::load(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_load);
    HostContext& host = el2_cpu().host;
    save_host_el1(host);
    if (vcpu.debug_used) save_host_debug(host);
    activate_traps(vcpu);
    enter_stage2(vcpu);
    restore_vgic(vcpu);
    restore_timer(vcpu);
    restore_el1(vcpu);
    if (vcpu.debug_used) restore_debug(vcpu);
}

void ThisDesign::put(VcpuContext& vcpu) {
    StepScope step(Step::vcpu_put);
    HostContext& host = el2_cpu().host;
    save_timer(vcpu);
    save_vgic(vcpu);
    save_el1(vcpu);
    if (vcpu.fp_loaded) save_fp(vcpu);
    if (vcpu.debug_used) save_debug(vcpu);
    deactivate_traps(host);
    leave_stage2();
    restore_host_el1(host);
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
    vcpu.traps = guest_traps(vcpu);
    trace::write_control<reg::MDCR_EL2>(vcpu.owner, vcpu.traps.mdcr);
}

TrapConfig ThisDesign::guest_traps(const VcpuContext& vcpu) {
    const u64 counters = reg::MDCR_EL2::HPMN.get(el2_cpu().host.traps.mdcr);
    TrapConfig traps = vcpu.traps;
    traps.hcr = guest_hcr() | guest_hcr_wfe(vcpu.wfe_traps) | kEl2Mode;
    traps.cptr = guest_cptr_e2h0(vcpu.fp_loaded);
    traps.mdcr = guest_mdcr(counters, vcpu.debug_used);
    traps.hstr = kGuestHstr;
    traps.cnthctl = kGuestCnthctlE2h0;
    traps.pmuserenr = 0;
    return traps;
}

}  // namespace ws
