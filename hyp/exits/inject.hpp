// SPDX-License-Identifier: Apache-2.0
// Exceptions that the hypervisor has a guest take at its EL1, as the CPU would (KVM: inject_fault.c).
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// The guest's trapped instruction is undefined.
void inject_undefined(Vcpu& vcpu);

enum class AbortOf : u8 { data, fetch };

/// Nothing answers at the address that the guest's stage 2 abort was about: a synchronous external abort, FSC 0x10, or
/// on a stage 1 walk 0x14 and the walk's level.
void inject_external_abort(Vcpu& vcpu, AbortOf what);

/// The memory there is protected against what the guest, or its stage 1 walk, did: a permission fault.
void inject_permission_fault(Vcpu& vcpu, AbortOf what);

}  // namespace ws
