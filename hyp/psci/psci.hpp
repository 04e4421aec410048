// SPDX-License-Identifier: Apache-2.0
// The firmware that a guest finds: PSCI 1.1 (Arm DEN 0022) by HVC and by SMC, and how a guest that has switched its
// CPUs off ends or begins anew.
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

/// A vCPU's thread that was told to stop is done with its guest.
void switch_off(Vcpu& vcpu);

}  // namespace ws
