// SPDX-License-Identifier: Apache-2.0
// What the el2 design puts off to load and put, part by part: the same as with VHE, and EL1's registers of the host. Those are what
// its processes run with: tables, vectors, controls.
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

}  // namespace ws::deferred
