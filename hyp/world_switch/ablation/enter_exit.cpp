// SPDX-License-Identifier: Apache-2.0
// kernel_at_el2/enter_exit.cpp in an image of vhe without some of the optimisations: the same steps, and between them
// what load and put do not do there. A test holds the two files together: with all optimisations on they are the same
// instructions.
#include "../kernel_at_el2/every_exit.hpp"
#include "undeferred.hpp"

namespace ws {

using namespace every_exit;

void ThisDesign::run(VcpuContext& vcpu) {
    HostContext& host = el2_cpu().host;

    undeferred::save_host(host, vcpu);
    save_host_debug(host);

    activate_traps(vcpu);
    undeferred::restore_guest(vcpu);
    if (vcpu.lists_changed || !kOptimisations.lists_when_used) restore_vgic(vcpu);
    restore_el1(vcpu);
    restore_debug(vcpu);

    VcpuContext& frame = undeferred::frame_of(vcpu);  // with direct_state the vCPU itself
    trace::last_step(Step::restore_general_purpose);
    const u64 vector = guest_enter(frame);
    save_exit_info(frame.exit, vector);
    if constexpr (!kOptimisations.direct_state) undeferred::take_frame(vcpu, frame);

    if (vcpu.lists_in_use || !kOptimisations.lists_when_used) save_vgic(vcpu);
    save_el1(vcpu);
    save_debug(vcpu);
    undeferred::save_guest(vcpu);

    deactivate_traps(host);
    hw::isb();
    restore_host_debug(host);
    undeferred::restore_host(host, vcpu);
}

}  // namespace ws
