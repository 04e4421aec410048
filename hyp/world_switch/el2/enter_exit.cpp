// SPDX-License-Identifier: Apache-2.0
// Entering and leaving a guest in the el2 design: a function call, as with VHE. The kernel has EL2's registers for itself and
// uses none of EL1, so the guest's stay where they are until the vCPU leaves the CPU. They are reached by their own names.
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "../../trace/points.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"

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

/// HCR_EL2 as KVM has it. The kernel itself needs it only when one of its processes is to run; and Cortex-A57 and A72 had better not
/// find VM clear while EL1 has a guest's registers (errata 1319537 and 1319367, speculative AT; not in QEMU).
WS_INLINE void deactivate_traps(const HostContext& host) {
    StepScope step(Step::deactivate_traps);
    hw::complete_walks();   // before stage 2 is off
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

/// The whole way into a guest and out again: the steps of lowvisor_run_vcpu that a kernel at EL2 still needs.
void ThisDesign::run(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    save_host_debug(host);

    activate_traps(vcpu);
    if (vcpu.lists_changed) restore_vgic(vcpu);
    restore_el1(vcpu);
    restore_debug(vcpu);

    trace::last_step(Step::restore_general_purpose);
    const u64 vector = guest_enter(vcpu);   // ERET to the guest; comes back with Step::save_general_purpose done
    save_exit_info(vcpu.exit, vector);

    if (vcpu.lists_in_use) save_vgic(vcpu);
    save_el1(vcpu);
    save_debug(vcpu);

    deactivate_traps(host);
    // VBAR_EL2 and CPTR_EL2 must count before the kernel goes on: no ERET follows that would synchronise.
    hw::isb();
    restore_host_debug(host);
}

}  // namespace ws
