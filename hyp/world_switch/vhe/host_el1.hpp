// SPDX-License-Identifier: Apache-2.0
// EL1 while no vCPU is loaded, in the VHE design: nobody's. With E2H and TGE the host's processes run on EL2's tables,
// and the guest's registers may stay. Only the thread registers are one set for guests and processes.
#pragma once

#include "../kernel_at_el2/deferred.hpp"

namespace ws::deferred {

namespace {

void restore_host_el1(HostContext& host) {
    StepScope step(Step::restore_host_el1);
    restore<kHostNames>(kHost, host.user);
}

WS_INLINE void give_el1_to_host(HostContext& host) { restore_host_el1(host); }

void save_host_el1(HostContext& host) {
    StepScope step(Step::save_host_el1);
    save<kHostNames>(kHost, host.user);
}

}  // namespace

}  // namespace ws::deferred
