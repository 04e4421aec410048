// SPDX-License-Identifier: Apache-2.0
// Where a loaded vCPU's registers are while the kernel handles its exit: still in the CPU, or in the vCPU, where every
// exit saves them and from where every entry brings them back. (auto: bool, or NotAsked.)
#pragma once

#include "optimisations.hpp"
#include "this_design.hpp"

namespace ws {

inline constexpr auto kEl1StaysInCpu = ThisDesign::kKernelEl == 2 && kOptimisations.deferred_state;
inline constexpr auto kVgicStaysInCpu = ThisDesign::kKernelEl == 2 && kOptimisations.lists_when_used;
/// Breakpoints and watchpoints, once the guest has used them.
inline constexpr auto kDebugStaysInCpu = ThisDesign::kKernelEl == 2 && kOptimisations.lazy_debug;
inline constexpr auto kTimerStaysInCpu = ThisDesign::kKernelEl == 2 && kOptimisations.timer_left_alone;

}  // namespace ws
