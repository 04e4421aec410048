// SPDX-License-Identifier: Apache-2.0
// Which register an encoding of MRS or MSR reaches at EL2.
#pragma once

#include <optional>

#include "hyp/arch/registers.hpp"

namespace ws::model {

/// The register that the encoding (as raw::encoding makes it) names at EL2. With E2H a name of EL1's is EL2's register,
/// and EL1's is reached by an encoding of its own, written _EL12 or _EL02 (Arm ARM D13.1.3). Nothing for a register
/// that has no row.
std::optional<SysregId> sysreg_reached(u64 encoding, bool e2h);

}  // namespace ws::model
