// SPDX-License-Identifier: Apache-2.0
// The firmware that a guest finds: PSCI 1.1 (Arm DEN 0022) by HVC and by SMC, and how vCPUs are switched on and off.
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// What a call left the caller to do.
enum class PsciOutcome : u8 {
    unknown,   ///< no function of PSCI's
    done,      ///< X0 has the result
    wait,      ///< and the vCPU waits for an interrupt
};

/// The function in W0 with its arguments from X1; the result goes to X0.
PsciOutcome psci_call(Vcpu& vcpu);

/// It is off, and its machine neither ends nor begins anew. The VM's devices are locked, and stay so until it is switched on.
bool may_be_switched_on(const Vcpu& vcpu);
/// Switches a vCPU on that is off: it starts at `entry` with `x0`. The VM's devices are locked; its thread is woken after.
void switch_on(Vcpu& vcpu, Ipa entry, u64 x0);
/// The same with the registers that it has.
void switch_on_as_set(Vcpu& vcpu);
/// A vCPU's thread that was told to stop is done with its guest.
void switch_off(Vcpu& vcpu);
/// All vCPUs of the VM are to leave their guests for good.
void stop_vcpus(Vm& vm);
/// Waits until somebody switches the vCPU on; ends the thread if that cannot be any more.
void wait_until_on(Vcpu& vcpu);

}  // namespace ws
