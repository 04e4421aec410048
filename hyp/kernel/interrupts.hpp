// SPDX-License-Identifier: Apache-2.0
// The board's interrupts. The kernel runs with interrupts masked and takes them at two places: when one ended a guest's
// run, and when a CPU is idle (decision 0007).
#pragma once

#include "../arch/hw/barriers.hpp"
#include "../trace/format/events.hpp"

namespace ws {

/// The board's PPI 27, the virtual timer's. A guest's has the same number, and is linked to it.
inline constexpr u32 kGuestTimerIntid = 27;

/// Opens the interrupt controller: its distributor once, then each CPU's own part on that CPU.
void open_interrupts();
void open_interrupts_of_this_cpu();

/// Acknowledges and handles all that are pending on this CPU.
void handle_interrupts();

/// Interrupts CPU `cpu`, which is not this one, by a physical SGI. Who goes on at once, as a guest does after it has
/// sent an SGI, gives it a turn afterwards.
void kick_cpu(u32 cpu, trace::Owner owner, trace::KickReason reason);

/// Lets the other CPUs run, on a machine that has them take turns: QEMU with -icount runs one until it waits or says
/// YIELD, or until a timer is due, and then begins with the first one again. On hardware it is a hint, and nothing else
/// (Arm ARM C6.2, YIELD).
inline void give_turn() { hw::yield(); }

/// Stops all other CPUs and waits until they have closed their traces; a CPU that does not answer is left. In a panic
/// nothing of it is recorded: the recorder may be what is broken.
void stop_other_cpus(bool panicking);

}  // namespace ws
