// SPDX-License-Identifier: Apache-2.0
// What every exit and every entry moves where the kernel runs at EL2, step by step. It is the same with VHE and
// without, but for the names that reach a guest's registers and for one barrier.
#pragma once

#include "../../arch/hw/barriers.hpp"
#include "../../trace/points.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"
#include "this_design.hpp"

namespace ws::every_exit {

namespace {

using trace::kHost;
using trace::restore;
using trace::save;
using trace::Step;
using trace::StepScope;
constexpr auto kGuestNames = ThisDesign::kGuestNames;
constexpr auto kHostNames = hw::GuestNames::el1;

// ---- from the guest to the host ----

WS_INLINE void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save<kGuestNames>(vcpu.owner, vcpu.list_registers);
    // Off, so that a maintenance interrupt does not stay raised while the kernel handles it.
    hw::write<reg::ICH_HCR_EL2>(0);
    vcpu.lists_changed = true;
}

WS_INLINE void save_el1(VcpuContext& vcpu) {
    StepScope step(Step::save_el1);
    save<kGuestNames>(vcpu.owner, vcpu.return_state);
}

WS_INLINE void save_debug(VcpuContext& vcpu) {
    StepScope step(Step::save_debug);
    save<kGuestNames>(vcpu.owner, vcpu.debug);
}

/// HCR_EL2 as KVM has it. Without TGE, in el2, the kernel needs this write only when one of its processes is to run
/// next. It leaves VM clear while EL1 has the guest's registers; Cortex-A57 and A72 need a workaround for that, which
/// is not here: a speculative AT may leave a wrong translation in the TLB (errata 1319537 and 1319367; KVM sets
/// TCR_EL1.EPD0 and EPD1: ARM64_WORKAROUND_SPECULATIVE_AT).
WS_INLINE void deactivate_traps(const HostContext& host) {
    StepScope step(Step::deactivate_traps);
    constexpr bool tge = (ThisDesign::kHostHcr & reg::HCR_EL2::TGE.mask()) != 0;
    if constexpr (!tge) hw::complete_walks();  // before stage 2 is off
    trace::write_control<reg::HCR_EL2>(kHost, host.traps.hcr);
    trace::write_control<reg::CPTR_EL2>(kHost, host.traps.cptr);
    trace::write_control<reg::VBAR_EL2>(kHost, kernel_vectors_address());
}

WS_INLINE void restore_host_debug(HostContext& host) {
    StepScope step(Step::restore_host_debug);
    restore<kHostNames>(kHost, host.debug);
}

// ---- from the host to the guest ----

WS_INLINE void save_host_debug(HostContext& host) {
    StepScope step(Step::save_host_debug);
    save<kHostNames>(kHost, host.debug);
}

WS_INLINE void activate_traps(const VcpuContext& vcpu) {
    StepScope step(Step::activate_traps);
    trace::write_control<reg::VBAR_EL2>(vcpu.owner, guest_vectors_address());
    trace::write_control<reg::CPTR_EL2>(vcpu.owner, vcpu.traps.cptr);
    trace::write_control<reg::HCR_EL2>(vcpu.owner, vcpu.traps.hcr);
}

WS_INLINE void restore_vgic(VcpuContext& vcpu) {
    StepScope step(Step::restore_vgic);
    restore<kGuestNames>(vcpu.owner, vcpu.list_registers);
    vcpu.lists_changed = false;
}

WS_INLINE void restore_el1(const VcpuContext& vcpu) {
    StepScope step(Step::restore_el1);
    restore<kGuestNames>(vcpu.owner, vcpu.return_state);
}

WS_INLINE void restore_debug(const VcpuContext& vcpu) {
    StepScope step(Step::restore_debug);
    restore<kGuestNames>(vcpu.owner, vcpu.debug);
}

}  // namespace

}  // namespace ws::every_exit
