// SPDX-License-Identifier: Apache-2.0
// The machine's firmware (Power State Coordination Interface, Arm DEN 0022).
#pragma once

#include "guest_machine.hpp"
#include "hypercall.hpp"

namespace guest::psci {

enum class Function : u32 {
    version = 0x8400'0000,
    cpu_suspend = 0xc400'0001,
    cpu_off = 0x8400'0002,
    cpu_on = 0xc400'0003,
    affinity_info = 0xc400'0004,
    system_off = 0x8400'0008,
    system_reset = 0x8400'0009,
    features = 0x8400'000a,
};

inline constexpr i64 kSuccess = 0;
inline constexpr i64 kNotSupported = -1;
inline constexpr i64 kInvalidParameters = -2;
inline constexpr i64 kAlreadyOn = -4;
inline constexpr i64 kOnPending = -5;
inline constexpr i64 kInvalidAddress = -9;

/// AFFINITY_INFO's answers.
inline constexpr i64 kOn = 0;
inline constexpr i64 kOff = 1;
inline constexpr i64 kPending = 2;

/// The result is a 32-bit signed number, whichever of the two calling conventions a function has.
inline i64 call(Function function, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0) {
    const u64 number = static_cast<u64>(function);
    const u64 result = machine().psci_by_hvc ? hvc(number, a1, a2, a3) : smc(number, a1, a2, a3);
    return static_cast<ws::i64>(static_cast<std::int32_t>(result));
}

}  // namespace guest::psci
