// SPDX-License-Identifier: Apache-2.0
// The kernel's timers: any number of them on the one physical timer that a CPU has for its kernel (Linux: hrtimer). The
// kernel says own::CNTP (own_registers.hpp), which is CNTHP where it is at EL2.
#pragma once

#include "../base/spin_lock.hpp"

namespace ws {

struct SoftTimer {
    /// Called with no lock held, on the CPU where the timer was armed, when `deadline` has come.
    using Expired = void (*)(SoftTimer&);

    Expired expired = nullptr;
    void* context = nullptr;
    u64 deadline = 0;  ///< ticks of the physical counter
    SoftTimer* next = nullptr;
    u32 cpu = 0;  ///< where it is armed
    bool armed = false;
};

/// The timers armed on one CPU, the next one first.
struct TimerQueue {
    SpinLock lock;
    SoftTimer* first = nullptr;
    u64 programmed = 0;  ///< what the CPU's timer is set to; 0: it is off
};

/// The physical timer's interrupt on this CPU's kernel: 26 (EL2's physical timer) where the kernel is at EL2, else 30.
u32 kernel_timer_intid();

u64 physical_count();

/// Arms `timer` on this CPU; if it was armed already it has a new deadline.
void arm_timer(SoftTimer& timer, u64 deadline);

/// Disarms `timer`, wherever it is. Its function may be running on another CPU at this moment.
void cancel_timer(SoftTimer& timer);

/// The physical timer's interrupt: calls what is due.
void handle_timer_interrupt();

}  // namespace ws
