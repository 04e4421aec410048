// SPDX-License-Identifier: Apache-2.0
// What the VHE design puts off to load and put, part by part: all that the kernel at EL2 does not need while it handles an
// exit (KVM: kvm_vcpu_load_sysregs_vhe, activate_traps_vhe_load, kvm_vgic_load).
#pragma once

#include "../../cpu/cpu.hpp"
#include "../../trace/points.hpp"

namespace ws::deferred {

namespace {

using trace::kHost;
using trace::Operation;
using trace::Step;
using trace::StepScope;
constexpr auto kEl1Names = hw::GuestNames::el1;
constexpr auto kEl12Names = hw::GuestNames::el12;

// ---- put: from the guest to the host ----

void save_timer(VcpuContext& vcpu) {
    StepScope step(Step::save_timer);
    save_sysregs<kEl12Names>(vcpu.timer);
    trace::block(Operation::save, vcpu.owner, vcpu.timer);
    hw::write_el12<SysregId::CNTV_CTL_EL0>(0);
    hw::write<reg::CNTVOFF_EL2>(0);
}

[[maybe_unused]] void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save_sysregs<kEl12Names>(vcpu.vgic);
    trace::block(Operation::save, vcpu.owner, vcpu.vgic);
    hw::write<reg::ICH_HCR_EL2>(0);
    vcpu.lists_changed = true;   // the list registers are the next vCPU's
}

void save_el1(VcpuContext& vcpu) {
    StepScope step(Step::save_el1);
    save_sysregs<kEl12Names>(vcpu.el1);
    trace::block(Operation::save, vcpu.owner, vcpu.el1);
    save_sysregs<kEl12Names>(vcpu.user);
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

void restore_host_el1(HostContext& host) {
    StepScope step(Step::restore_host_el1);
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
    restore_sysregs<kEl12Names>(vcpu.vgic);
}

void restore_timer(const VcpuContext& vcpu) {
    StepScope step(Step::restore_timer);
    trace::block(Operation::restore, vcpu.owner, vcpu.timer);
    restore_sysregs<kEl12Names>(vcpu.timer);
}

void restore_el1(const VcpuContext& vcpu) {
    StepScope step(Step::restore_el1);
    trace::block(Operation::restore, vcpu.owner, vcpu.el1);
    restore_sysregs<kEl12Names>(vcpu.el1);
    trace::block(Operation::restore, vcpu.owner, vcpu.user);
    restore_sysregs<kEl12Names>(vcpu.user);
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

}  // namespace ws::deferred
