// SPDX-License-Identifier: Apache-2.0
// What a guest and a hypervisor do, as the trace sees it: short stories for the tests.
#pragma once

#include "tests/unit/fake_run.hpp"

namespace ws::test {

inline constexpr trace::Owner kVcpu = 1;
inline constexpr u64 kSpsrEl1 = 0x3c5;  ///< EL1h, interrupts masked
inline constexpr u64 kHostSpsrEl1 = 0x3c5;
inline constexpr u64 kHvcEsr = 0x5a00'0000;
inline constexpr u64 kGuestPc = 0x4008'0fb0;
inline constexpr u8 kLowerSync = 8;
inline constexpr u64 kUnhandled = 0xC600'0FFF;

void enter_guest(FakeRun& run, u64 elr = kGuestPc, u32 cpu = 0);
void trap_from_guest(FakeRun& run, u64 esr = kHvcEsr, u64 elr = kGuestPc, u32 cpu = 0);
/// The same for any vCPU.
void enter(FakeRun& run, trace::Owner owner, u32 cpu);
void leave(FakeRun& run, trace::Owner owner, u32 cpu, u64 esr = kHvcEsr);
/// A CPU goes over from one vCPU to another; kHost is idle.
void schedule(FakeRun& run, trace::Owner previous, trace::Owner next, u32 cpu,
              trace::SwitchReason reason = trace::SwitchReason::time_slice);

/// What every guest of a whole machine meets, so that no law goes untested: memory, a device that is not there, an
/// interrupt.
void meet_the_machine(FakeRun& run);

/// A hypercall in the manner of split: two traps, all classes out and in. `work` is done by the handler.
void split_hypercall(FakeRun& run, u64 function = kUnhandled, u64 work = 50, u64 elr = kGuestPc);
/// A hypercall in the manner of vhe: one trap, general registers only.
void vhe_hypercall(FakeRun& run, u64 function = kUnhandled, u64 work = 50, u64 elr = kGuestPc);
/// A guest's mark, by hypercall.
void mark(FakeRun& run, u64 id, u64 value, trace::Owner owner = kVcpu, u32 cpu = 0);

/// A whole small run: entry, some hypercalls of the design's manner, exit.
void play(FakeRun& run, const std::string& design, u64 hypercalls);

}  // namespace ws::test
