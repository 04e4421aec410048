// SPDX-License-Identifier: Apache-2.0
// What a guest's calls are called, by their SMCCC function identifiers.
#pragma once

#include "hyp/arch/types.hpp"

namespace ws::model {

/// The name of a hypercall, or null: one that the hypervisor does not handle.
const char* hypercall_name(u64 function);

/// The name of a PSCI function, such as CPU_ON, or null (Power State Coordination Interface, DEN 0022, 5.1).
const char* psci_name(u64 function);

}  // namespace ws::model
