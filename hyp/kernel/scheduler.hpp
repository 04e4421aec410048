// SPDX-License-Identifier: Apache-2.0
// Who runs where: one queue of ready threads for all CPUs, in the order in which they are due (ready_queue.hpp): a
// thread that wakes is due at once, one that had the CPU a time slice later at most. Time slices count while others
// wait. The kernel is never preempted: a thread leaves its CPU where it calls one of these.
#pragma once

#include "../cpu/thread.hpp"

namespace ws {

using trace::SwitchReason;

/// How long a thread runs before others have their turn, in ticks of the physical counter.
void set_time_slice(u64 ticks);

/// A new thread, prepared, becomes blocked: it is woken when it is to run.
void add_thread(Thread& thread);

/// If `thread` is blocked it becomes ready; if it is about to block, it will not.
void wake_thread(Thread& thread);

/// The current thread waits until it is woken. It may return early: look again at what it waits for.
void block_thread();

/// Others that are ready run first, if there are any.
void yield_thread(SwitchReason reason);

/// The current thread is done for good.
[[noreturn]] void end_thread();

/// This CPU's idle thread, which is what is running, looks for work forever.
[[noreturn]] void run_idle();

/// Another CPU interrupted this one because threads wait: starts the time slice if it does not run yet.
void notice_waiting_threads();

}  // namespace ws
