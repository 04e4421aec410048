// SPDX-License-Identifier: Apache-2.0
// How a VM's vCPUs are switched on, wait for that, and are stopped. Who asks for it is the guest (psci/), the VMM, or
// the VM's end.
#pragma once

#include "vm.hpp"

namespace ws {

/// It is off, and its machine neither ends nor begins anew. The VM's devices are locked, and stay so until it is
/// switched on.
bool may_be_switched_on(const Vcpu& vcpu);
/// Switches a vCPU on that is off: it starts at `entry` with `x0`. The VM's devices are locked; its thread is woken
/// after.
void switch_on(Vcpu& vcpu, Ipa entry, u64 x0);
/// The same with the registers that it has.
void switch_on_as_set(Vcpu& vcpu);
/// All vCPUs of the VM are to leave their guests for good.
void stop_vcpus(Vm& vm);
/// Waits until somebody switches the vCPU on; ends the thread if that cannot be any more.
void wait_until_on(Vcpu& vcpu);

}  // namespace ws
