// SPDX-License-Identifier: Apache-2.0
// The features that a guest is told of (Arm ARM D17.2, ID_AA64*_EL1; KVM: __kvm_read_sanitised_id_reg).
#pragma once

#include "../arch/registers.hpp"

namespace ws {

/// Is this the encoding of an AArch64 or AArch32 feature register: group 3, which HCR_EL2.TID3 traps?
constexpr bool is_feature_register(SysregEncoding e) {
    return e.op0 == 3 && e.op1 == 0 && e.crn == 0 && e.crm >= 1 && e.crm <= 7;
}

/// What a guest reads from the feature register `e`. What is not virtualised reads as absent, and so does every
/// register that is not in sysregs.def. Runs at any exception level from EL1 up.
u64 guest_feature_register(SysregEncoding e);

}  // namespace ws
