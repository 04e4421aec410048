// SPDX-License-Identifier: Apache-2.0
// The firmware that a guest finds: PSCI 1.1 (Arm DEN 0022) by HVC and by SMC, and how vCPUs are switched on and off.
// What the kernel and user/ call of it is in kernel/upcalls.hpp.
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// What a call left the caller to do.
enum class PsciOutcome : u8 {
    unknown,  ///< no function of PSCI's
    done,     ///< X0 has the result
    wait,     ///< and the vCPU waits for an interrupt
};

/// The function in W0 with its arguments from X1; the result goes to X0.
PsciOutcome psci_call(Vcpu& vcpu);

/// Switches a vCPU on that is off: it starts at `entry` with `x0`. The VM's devices are locked; its thread is woken
/// after.
void switch_on(Vcpu& vcpu, Ipa entry, u64 x0);
/// A vCPU's thread that was told to stop is done with its guest.
void switch_off(Vcpu& vcpu);
/// Waits until somebody switches the vCPU on; ends the thread if that cannot be any more.
void wait_until_on(Vcpu& vcpu);

}  // namespace ws
