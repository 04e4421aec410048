// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// The guest's trapped instruction is undefined: the guest takes the exception at its EL1 (KVM: kvm_inject_undefined).
void inject_undefined(Vcpu& vcpu);

}  // namespace ws
