// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hyp/arch/types.hpp"

namespace ws::model {

/// No run lasts that many instructions; below it no sum or difference of all CPUs' clocks overflows.
inline constexpr u64 kBeyondAnyRun = u64{1} << 56;

}  // namespace ws::model
