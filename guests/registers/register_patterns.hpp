// SPDX-License-Identifier: Apache-2.0
// Patterns of its own in every register that a guest may write, and what is in them after a trap. Which registers there
// are comes from the same table as the switch's (hyp/arch/sysregs.def). The MMU is off, interrupts are masked.
#pragma once

#include <cstddef>

#include "hyp/arch/types.hpp"

namespace guest {

using ws::u32;
using ws::u64;
using ws::u8;

/// As round.S knows it: X0 to X30, SP_EL0, V0 to V31.
struct RegisterPatterns {
    u64 x[31];
    u64 sp_el0;
    u64 v[64];
};
static_assert(offsetof(RegisterPatterns, v) == 256);

/// Rounds: the general-purpose and SIMD registers get `before`, the guest traps, and `after` gets what is in them then.
extern "C" void hypercall_round(const RegisterPatterns* before, RegisterPatterns* after);
extern "C" void smc_round(const RegisterPatterns* before, RegisterPatterns* after);
extern "C" void wait_round(const RegisterPatterns* before, RegisterPatterns* after);
extern "C" void silent_round(const RegisterPatterns* before, RegisterPatterns* after);
extern "C" void device_round(const RegisterPatterns* before, RegisterPatterns* after);
extern "C" void sgi_round(const RegisterPatterns* before, RegisterPatterns* after);

alignas(16) extern RegisterPatterns before;
alignas(16) extern RegisterPatterns after;

/// New patterns for all registers: what the rounds put in, in `before`; the system registers have theirs from here on.
void fill_registers(u64 filling);

enum class Kept : u8 { general_purpose, sp_el0, simd, system, pstate, interrupt_interface };

/// A register, what it should be after a round, and what it is.
struct SeenRegister {
    Kept kind;
    u32 number;        ///< of X and V (in halves); of a system register its SysregId; else counted from 0
    const char* name;  ///< or "" for X and V
    u64 was;
    u64 is;
};

/// Shows every register after a round. `result`: what X0 must be; each other one as it was. `debug`: debug registers as
/// well, each of which traps.
void look_at_registers(u64 result, bool debug, void (*look)(const SeenRegister&));

}  // namespace guest
