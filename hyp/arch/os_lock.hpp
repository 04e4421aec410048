// SPDX-License-Identifier: Apache-2.0
// OSLSR_EL1's fields. The register has no row in sysregs.def, whose rows have ids in the trace: it never reaches the
// CPU.
#pragma once

#include "registers.hpp"

namespace ws::oslsr_el1 {

inline constexpr BitField OSLM{3, 3};  ///< its upper bit: the lock is implemented (Arm ARM D17.3)
inline constexpr BitField OSLK{1, 1};  ///< locked

}  // namespace ws::oslsr_el1
