// SPDX-License-Identifier: Apache-2.0
// Entering and leaving a guest where the kernel runs at EL2, in el2 and in vhe: a function call. The kernel has EL2's
// registers for itself; in vhe its EL1 names reach them. It uses none of EL1's, so the guest's stay where they are
// until the vCPU leaves the CPU (KVM: __kvm_vcpu_run_vhe in hyp/vhe/switch.c, kvm_vcpu_load_sysregs_vhe).
#include "../../cpu/cpu.hpp"
#include "every_exit.hpp"

namespace ws {

using namespace every_exit;

/// The whole way into a guest and out again: the steps of lowvisor_run_vcpu (split/enter_exit.cpp) that a kernel at
/// EL2 still needs. An exit begins where guest_enter returns; the next call of run is the way back. load_put.cpp has
/// what is not here: FP/SIMD, stage 2 and EL1 but for the return state.
void ThisDesign::run(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    save_host_debug(host);

    activate_traps(vcpu);
    if (vcpu.lists_changed) restore_vgic(vcpu);
    restore_el1(vcpu);
    restore_debug(vcpu);

    trace::last_step(Step::restore_general_purpose);
    const u64 vector = guest_enter(vcpu);  // ERET to the guest; comes back with Step::save_general_purpose done
    save_exit_info(vcpu.exit, vector);

    if (vcpu.lists_in_use) save_vgic(vcpu);
    save_el1(vcpu);
    save_debug(vcpu);

    deactivate_traps(host);
    // HCR_EL2, CPTR_EL2 and VBAR_EL2 must count before the kernel goes on: no ERET follows that would synchronise.
    hw::isb();
    restore_host_debug(host);
}

}  // namespace ws
