// SPDX-License-Identifier: Apache-2.0
// The feature registers as a guest reads them (guest_features.def).
#pragma once

#include "../arch/registers.hpp"

namespace ws {

/// Reads this CPU's feature registers and keeps what guests see of them. Called once: all CPUs of the board are alike.
void open_feature_registers();

/// What a guest reads from the feature register with this CRm (1 to 7) and op2: the group 3 of identification
/// registers, op0 = 3, op1 = 0, CRn = 0, which HCR_EL2.TID3 traps.
u64 guest_feature_register(unsigned crm, unsigned op2);

}  // namespace ws
