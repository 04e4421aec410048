// SPDX-License-Identifier: Apache-2.0
// A kernel thread: a stack and what runs on it. Each thread of a VMM has one, on which its vCPU runs as well; and so
// has a CPU that has nothing to do.
#pragma once

#include "../trace/format/events.hpp"

namespace ws {

struct Vcpu;
struct UserThread;

struct Thread {
    enum class State : u8 { unused, blocked, ready, running };

    u64 stack_pointer = 0;       ///< while it does not run; its callee-saved registers are on the stack
    Vcpu* vcpu = nullptr;        ///< whose guest it runs: that vCPU's registers come and go with it
    UserThread* user = nullptr;  ///< its side at EL0; null for a CPU's idle thread
    u64 space = 0;               ///< its TTBR0_EL1; 0 for a thread that is content with any
    u32 may_run_on = 0;          ///< bit n: CPU n
    u32 last_cpu = 0;
    Thread* next = nullptr;  ///< behind it in the queue
    u64 due = 0;             ///< its place there (ready_queue.hpp)
    State state = State::unused;
    bool woken = false;         ///< it came into the queue by being woken
    bool wake_pending = false;  ///< somebody woke it before it blocked
    trace::Owner owner = trace::kHost;
};

/// What a thread runs; it does not return.
using ThreadMain = void (*)(Thread&);

/// Gives `thread` a stack (its top) on which it will start in `main` when it is switched to.
void prepare_thread(Thread& thread, u8* stack_top, ThreadMain main);

/// switch_thread.S: saves the callee-saved registers on the stack, keeps SP in `save`, goes over to stack `next`.
extern "C" void switch_stacks(u64& save, u64 next);
extern "C" void thread_start();

}  // namespace ws
