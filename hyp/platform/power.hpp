// SPDX-License-Identifier: Apache-2.0
// The board's firmware: PSCI by SMC (Arm DEN 0022).
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// SYSTEM_OFF. Does not return; if the firmware does, the CPU waits forever, and ws run's time-out ends it.
[[noreturn]] void power_off();

/// CPU_ON: the CPU with that affinity starts at `entry` at EL2, MMU off, with `context` in X0. Panics if the firmware
/// refuses.
void switch_cpu_on(u64 mpidr, u64 entry, u64 context);

}  // namespace ws
