// SPDX-License-Identifier: Apache-2.0
// Whole numbers as people read them.
#pragma once

#include <string>

#include "hyp/arch/types.hpp"

namespace ws::model {

/// 1234567 as 1,234,567.
std::string thousands(u64 value);

}  // namespace ws::model
