// SPDX-License-Identifier: Apache-2.0
// Entering and leaving a guest where the kernel runs at EL2, in vhe, as if it ran at EL1: all that belongs to the guest
// is moved at every exit and at every entry.
//
// TODO 8A. Every step here is right, and most are not needed at every exit. What does the kernel need of the CPU while
// it handles one? The rest can wait until the vCPU leaves the CPU (load_put.cpp), or until the guest uses it.
#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "deferred.hpp"
#include "every_exit.hpp"
#include "host_el1.hpp"  // this design's

namespace ws {

void ThisDesign::run(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    deferred::save_host_el1(host);
    deferred::save_host_fp(host);
    if (vcpu.debug_used) deferred::save_host_debug(host);
    every_exit::save_host_debug(host);

    every_exit::activate_traps(vcpu);
    hw::complete_walks();  // the host's
    deferred::activate_traps(vcpu);
    deferred::enter_stage2(vcpu);
    deferred::restore_vgic(vcpu);
    deferred::restore_timer(vcpu);
    deferred::restore_el1(vcpu);
    deferred::restore_fp(vcpu);
    if (vcpu.debug_used) deferred::restore_debug(vcpu);
    every_exit::restore_vgic(vcpu);
    every_exit::restore_el1(vcpu);
    every_exit::restore_debug(vcpu);

    trace::last_step(trace::Step::restore_general_purpose);
    const u64 vector = guest_enter(vcpu);
    save_exit_info(vcpu.exit, vector);

    every_exit::save_vgic(vcpu);
    every_exit::save_el1(vcpu);
    every_exit::save_debug(vcpu);
    deferred::save_timer(vcpu);
    deferred::save_vgic(vcpu);
    deferred::save_el1(vcpu);
    deferred::save_fp(vcpu);
    if (vcpu.debug_used) deferred::save_debug(vcpu);

    every_exit::deactivate_traps(host);
    hw::isb();  // no ERET follows that would synchronise
    every_exit::restore_host_debug(host);
    hw::complete_walks();  // the guest's
    deferred::deactivate_traps(host);
    trace::write_control<reg::VTTBR_EL2>(trace::kHost, 0);
    deferred::restore_host_el1(host);
    deferred::restore_host_fp(host);
    if (vcpu.debug_used) deferred::restore_host_debug(host);
}

}  // namespace ws
