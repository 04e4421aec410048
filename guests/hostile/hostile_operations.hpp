// SPDX-License-Identifier: Apache-2.0
// The kinds of operation, and what they share.
#pragma once

#include "guests/lib/exceptions.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"

namespace guest {

/// One CPU at its work.
struct Attacker {
    u64 cpu;
    Random random;
};

/// What happens to an operation: its code runs with interrupts masked, and an exception ends it.
struct Patch {
    u32 instruction;
    u64 x[8];  ///< X0 to X7 before it, and after it
};
/// Runs the instruction from this CPU's own piece of code; true if it ended in an exception.
bool run_patched(u64 cpu, Patch& patch);
/// ERET with this state and target; comes back by an exception.
void return_to(u64 cpu, u64 pstate, u64 target, u64 x0);
/// A branch to `target`, X30 behind it; comes back by an exception or by RET.
void jump(u64 cpu, u64 target);
/// The exception handler that the three need.
bool recover(Frame& frame);
/// Puts back what an operation may have changed.
void restore_cpu();
/// Timers off and an interrupt controller that forwards this CPU's interrupts, for what waits.
void restore_interrupts();
/// Who changes the interrupt controller's shared state excludes who waits for an interrupt.
extern Lock controller_lock;

/// Addresses: of what a guest has and has not.
u64 memory_address(Random& random);   ///< free memory
u64 device_address(Random& random);   ///< a device that may be written
u64 nothing_address(Random& random);  ///< neither
u64 any_address(Random& random);
u64 edge_address(Random& random);  ///< near the end of a page, a block or memory
/// A value for a register: small, an address, all ones, random.
u64 some_value(Random& random);

void read_register(Attacker& a);
void write_register(Attacker& a);
void system_instruction(Attacker& a);
void call_hypervisor(Attacker& a);
void call_firmware(Attacker& a);
void access_device(Attacker& a);
void access_nothing(Attacker& a);
void access_edge(Attacker& a);
void jump_away(Attacker& a);
void walk_tables(Attacker& a);
void set_traps_for_itself(Attacker& a);
void leave_el1(Attacker& a);
void wait(Attacker& a);

}  // namespace guest
