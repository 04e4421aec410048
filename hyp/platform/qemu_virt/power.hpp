// SPDX-License-Identifier: Apache-2.0
// The board's firmware: PSCI by SMC (Arm DEN 0022).
#pragma once

namespace ws {

/// SYSTEM_OFF. Does not return; if the firmware does, the CPU waits forever, and ws run's time-out ends it.
[[noreturn]] void power_off();

}  // namespace ws
