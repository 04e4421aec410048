// SPDX-License-Identifier: Apache-2.0
// What recording may cost, in instructions; a test holds the recorder there.
#pragma once

#include "hyp/arch/types.hpp"

namespace ws::model {

inline constexpr u64 kAllowanceEvent = 30;
inline constexpr u64 kAllowanceRegister = 2;

}  // namespace ws::model
