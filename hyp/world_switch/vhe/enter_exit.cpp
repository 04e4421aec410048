// SPDX-License-Identifier: Apache-2.0
// Entering and leaving a guest in the VHE design: a function call. EL1 belongs to the guest alone, since the kernel's
// EL1 names reach EL2's registers; so the guest's stay where they are until the vCPU leaves the CPU
// (KVM: __kvm_vcpu_run_vhe in hyp/vhe/switch.c, kvm_vcpu_load_sysregs_vhe).
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "../../trace/points.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"
#include "undeferred.hpp"

namespace ws {

namespace {

using trace::kHost;
using trace::Operation;
using trace::Step;
using trace::StepScope;
constexpr auto kEl1Names = hw::GuestNames::el1;

// ---- from the guest to the host ----

WS_INLINE void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save_sysregs<kEl1Names>(vcpu.list_registers);
    trace::block(Operation::save, vcpu.owner, vcpu.list_registers);
    // Off, so that a maintenance interrupt does not stay raised while the kernel handles it.
    hw::write<reg::ICH_HCR_EL2>(0);
    vcpu.lists_changed = true;
}

WS_INLINE void save_el1(VcpuContext& vcpu) {
    StepScope step(Step::save_el1);
    save_sysregs<kEl1Names>(vcpu.return_state);
    trace::block(Operation::save, vcpu.owner, vcpu.return_state);
}

WS_INLINE void save_debug(VcpuContext& vcpu) {
    StepScope step(Step::save_debug);
    save_sysregs<kEl1Names>(vcpu.debug);
    trace::block(Operation::save, vcpu.owner, vcpu.debug);
}

WS_INLINE void deactivate_traps(const HostContext& host) {
    StepScope step(Step::deactivate_traps);
    trace::write_control<reg::HCR_EL2>(kHost, host.traps.hcr);
    trace::write_control<reg::CPTR_EL2>(kHost, host.traps.cptr);
    trace::write_control<reg::VBAR_EL2>(kHost, kernel_vectors_address());
}

WS_INLINE void restore_host_debug(HostContext& host) {
    StepScope step(Step::restore_host_debug);
    trace::block(Operation::restore, kHost, host.debug);
    restore_sysregs<kEl1Names>(host.debug);
}

// ---- from the host to the guest ----

WS_INLINE void save_host_debug(HostContext& host) {
    StepScope step(Step::save_host_debug);
    save_sysregs<kEl1Names>(host.debug);
    trace::block(Operation::save, kHost, host.debug);
}

WS_INLINE void activate_traps(const VcpuContext& vcpu) {
    StepScope step(Step::activate_traps);
    trace::write_control<reg::VBAR_EL2>(vcpu.owner, guest_vectors_address());
    trace::write_control<reg::CPTR_EL2>(vcpu.owner, vcpu.traps.cptr);
    trace::write_control<reg::HCR_EL2>(vcpu.owner, vcpu.traps.hcr);
}

WS_INLINE void restore_vgic(VcpuContext& vcpu) {
    StepScope step(Step::restore_vgic);
    trace::block(Operation::restore, vcpu.owner, vcpu.list_registers);
    restore_sysregs<kEl1Names>(vcpu.list_registers);
    vcpu.lists_changed = false;
}

WS_INLINE void restore_el1(const VcpuContext& vcpu) {
    StepScope step(Step::restore_el1);
    trace::block(Operation::restore, vcpu.owner, vcpu.return_state);
    restore_sysregs<kEl1Names>(vcpu.return_state);
}

WS_INLINE void restore_debug(const VcpuContext& vcpu) {
    StepScope step(Step::restore_debug);
    trace::block(Operation::restore, vcpu.owner, vcpu.debug);
    restore_sysregs<kEl1Names>(vcpu.debug);
}

}  // namespace

/// The whole way into a guest and out again: the steps of lowvisor_run_vcpu that VHE still needs. What stands in
/// undeferred.hpp is nothing, unless an optimisation was taken away.
void ThisDesign::run(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    undeferred::save_host(host, vcpu);
    save_host_debug(host);

    activate_traps(vcpu);
    undeferred::restore_guest(vcpu);
    if (vcpu.lists_changed || !kOptimisations.lists_when_used) restore_vgic(vcpu);
    restore_el1(vcpu);
    restore_debug(vcpu);

    VcpuContext& frame = undeferred::frame_of(vcpu);   // the vCPU itself
    trace::last_step(Step::restore_general_purpose);
    const u64 vector = guest_enter(frame);   // ERET to the guest; comes back with Step::save_general_purpose done
    save_exit_info(frame.exit, vector);
    if constexpr (!kOptimisations.direct_state) undeferred::take_frame(vcpu, frame);

    if (vcpu.lists_in_use || !kOptimisations.lists_when_used) save_vgic(vcpu);
    save_el1(vcpu);
    save_debug(vcpu);
    undeferred::save_guest(vcpu);

    deactivate_traps(host);
    // VBAR_EL2 and CPTR_EL2 must count before the kernel goes on: no ERET follows that would synchronise.
    hw::isb();
    restore_host_debug(host);
    undeferred::restore_host(host, vcpu);
}

}  // namespace ws
