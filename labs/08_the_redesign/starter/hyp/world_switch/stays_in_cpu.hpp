// SPDX-License-Identifier: Apache-2.0
// Where a loaded vCPU's registers are while the kernel handles its exit: still in the CPU, or in the vCPU, where every
// exit saves them and from where every entry brings them back.
//
// TODO 8B. The rest of the kernel looks here before it reads or writes a guest's register. What you defer stays in the
// CPU: say so.
#pragma once

#include "optimisations.hpp"
#include "this_design.hpp"

namespace ws {

inline constexpr bool kEl1StaysInCpu = false;
inline constexpr bool kVgicStaysInCpu = false;
/// Breakpoints and watchpoints, once the guest has used them.
inline constexpr bool kDebugStaysInCpu = false;
inline constexpr bool kTimerStaysInCpu = false;

}  // namespace ws
