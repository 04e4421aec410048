// SPDX-License-Identifier: Apache-2.0
// What a kernel at EL2 puts off to load and put, part by part: all that it does not need while it handles an exit (KVM:
// kvm_vcpu_load_sysregs_vhe, activate_traps_vhe_load, kvm_vgic_load). What EL1 holds of the host is each design's own:
// host_el1.hpp.
#pragma once

#include "../../cpu/cpu.hpp"
#include "../../trace/points.hpp"
#include "this_design.hpp"

namespace ws::deferred {

namespace {

using trace::kHost;
using trace::restore;
using trace::save;
using trace::Step;
using trace::StepScope;
constexpr auto kGuestNames = ThisDesign::kGuestNames;
constexpr auto kHostNames = hw::GuestNames::el1;

// ---- put: from the guest to the host ----

void save_timer(VcpuContext& vcpu) {
    StepScope step(Step::save_timer);
    save<kGuestNames>(vcpu.owner, vcpu.timer);
    hw::write_guest<kGuestNames, SysregId::CNTV_CTL_EL0>(0);
    hw::write<reg::CNTVOFF_EL2>(0);
}

// An image of the ablation may have its own (ablation/undeferred.hpp).
[[maybe_unused]] void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save<kGuestNames>(vcpu.owner, vcpu.vgic);
    hw::write<reg::ICH_HCR_EL2>(0);
    vcpu.lists_changed = true;  // the list registers are the next vCPU's
}

void save_el1(VcpuContext& vcpu) {
    StepScope step(Step::save_el1);
    save<kGuestNames>(vcpu.owner, vcpu.el1);
    save<kGuestNames>(vcpu.owner, vcpu.user);
}

void save_fp(VcpuContext& vcpu) {
    StepScope step(Step::save_fp);
    save<kGuestNames>(vcpu.owner, vcpu.fp);
}

void save_debug(VcpuContext& vcpu) {
    StepScope step(Step::save_debug);
    save<kGuestNames>(vcpu.owner, vcpu.breakpoints);
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

void restore_host_fp(HostContext& host) {
    StepScope step(Step::restore_host_fp);
    restore<kHostNames>(kHost, host.fp);
}

void restore_host_debug(HostContext& host) {
    StepScope step(Step::restore_host_debug);
    restore<kHostNames>(kHost, host.breakpoints);
}

// ---- load: from the host to the guest ----

void save_host_fp(HostContext& host) {
    StepScope step(Step::save_host_fp);
    save<kHostNames>(kHost, host.fp);
}

void save_host_debug(HostContext& host) {
    StepScope step(Step::save_host_debug);
    save<kHostNames>(kHost, host.breakpoints);
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
    restore<kGuestNames>(vcpu.owner, vcpu.vgic);
}

void restore_timer(const VcpuContext& vcpu) {
    StepScope step(Step::restore_timer);
    restore<kGuestNames>(vcpu.owner, vcpu.timer);
}

void restore_el1(const VcpuContext& vcpu) {
    StepScope step(Step::restore_el1);
    restore<kGuestNames>(vcpu.owner, vcpu.el1);
    restore<kGuestNames>(vcpu.owner, vcpu.user);
}

void restore_fp(const VcpuContext& vcpu) {
    StepScope step(Step::restore_fp);
    restore<kGuestNames>(vcpu.owner, vcpu.fp);
}

void restore_debug(const VcpuContext& vcpu) {
    StepScope step(Step::restore_debug);
    restore<kGuestNames>(vcpu.owner, vcpu.breakpoints);
}

}  // namespace

}  // namespace ws::deferred
