// SPDX-License-Identifier: Apache-2.0
// EL1 while no vCPU is loaded, in the el2 design: the host's own. Its processes run at EL0 on EL1's tables, vectors and
// controls, so load puts those away and put brings them back.
#pragma once

#include "../kernel_at_el2/deferred.hpp"

namespace ws::deferred {

namespace {

/// The processes' translations are not the guest's: they have VMID 0.
void leave_stage2() {
    StepScope step(Step::leave_stage2);
    trace::write_control<reg::VTTBR_EL2>(kHost, 0);
}

void restore_host_el1(HostContext& host) {
    StepScope step(Step::restore_host_el1);
    restore<kHostNames>(kHost, host.el1);
    restore<kHostNames>(kHost, host.user);
}

WS_INLINE void give_el1_to_host(HostContext& host) {
    leave_stage2();
    restore_host_el1(host);
}

void save_host_el1(HostContext& host) {
    StepScope step(Step::save_host_el1);
    save<kHostNames>(kHost, host.el1);
    save<kHostNames>(kHost, host.user);
}

}  // namespace

}  // namespace ws::deferred
