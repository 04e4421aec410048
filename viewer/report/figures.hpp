// SPDX-License-Identifier: Apache-2.0
// How figures are written for people.
#pragma once

#include <string>

#include "hyp/arch/types.hpp"

namespace ws::report {

/// 1234567 as 1,234,567.
std::string thousands(u64 value);
/// The same with its sign, + as well.
std::string signed_thousands(i64 value);

}  // namespace ws::report
