// SPDX-License-Identifier: Apache-2.0
// What belongs to one physical CPU, and how code finds the CPU that it runs on.
#pragma once

#include "../base/cpu_pointer.hpp"
#include "../trace/recorder.hpp"
#include "../world_switch/vcpu_context.hpp"
#include "soft_timer.hpp"
#include "this_design.hpp"
#include "thread.hpp"

namespace ws {

struct alignas(64) Cpu {
    trace::Recorder recorder;
    HostContext host;
    u32 id;
    u64 mpidr;         ///< affinity, as the device tree has it
    u8* el2_stack;     ///< the top: reset, then the lowvisor's or the idle thread's
    u8* kernel_stack;  ///< the top of the idle thread's, where the kernel is not at EL2
    Pa redistributor;  ///< of the board's interrupt controller

    Thread idle;  ///< runs when there is no other
    Thread* current;
    bool is_idle;          ///< waits for a thread; under the scheduler's lock
    bool others_wait;      ///< a thread waits for its turn here: the time slice counts
    bool must_reschedule;  ///< the time slice is over
    bool urgent;           ///< who waits has just woken: it need not wait for the whole slice
    u64 switched_at;       ///< when `current` came, in ticks of the physical counter
    bool stopped;          ///< the run ends, and this CPU has closed its trace
    SoftTimer slice;
    SoftTimer turn;  ///< the other CPUs are to have a turn
    TimerQueue timers;

    /// What the distributor holds of this CPU's PPI 27, the virtual timer: active while a guest's is linked to it.
    bool timer_active, timer_active_known;
};

// The per-CPU pointer is a pointer to the recorder as well: trace/points.hpp takes it for one.
static_assert(offsetof(Cpu, recorder) == 0);

/// The CPU, for code at EL2.
WS_INLINE Cpu& el2_cpu() { return *reinterpret_cast<Cpu*>(cpu_pointer<2>()); }

/// The CPU, for the kernel, at whichever exception level this design runs it.
WS_INLINE Cpu& this_cpu() { return *reinterpret_cast<Cpu*>(cpu_pointer<ThisDesign::kKernelEl>()); }

/// The CPU, for code that may run at either level: a panic in the lowvisor must not follow a guest's TPIDR_EL1.
inline Cpu& running_cpu() { return reg::CurrentEL::EL.get(hw::read<reg::CurrentEL>()) == 2 ? el2_cpu() : this_cpu(); }

extern Cpu cpus[trace::kMaxCpus];

/// The stacks of el2_stack and kernel_stack, one of each a CPU.
inline constexpr u64 kCpuStackBytes = 16384;
extern "C" u8 el2_stacks[trace::kMaxCpus][kCpuStackBytes];
extern "C" u8 kernel_stacks[trace::kMaxCpus][kCpuStackBytes];

}  // namespace ws
