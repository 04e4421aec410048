// SPDX-License-Identifier: Apache-2.0
// The threads that are ready, in the order in which they are due. One that has woken is due at once: it waited for an
// interrupt and is short of time. One that had the CPU and wants it again is due later, by a time slice at most. So it
// lets those pass that wake meanwhile, and comes before all that wake after that: nobody starves, whatever the others
// do.
#pragma once

#include "../cpu/thread.hpp"

namespace ws {

/// When a thread is due again whose turn was ended after it had the CPU for `had`: after as long, for who was
/// interrupted early has most of its turn yet to come. In ticks of the physical counter, as all times here.
constexpr u64 due_again(u64 now, u64 had, u64 slice) { return now + (had < slice ? had : slice); }

class ReadyQueue {
  public:
    bool empty() const { return __atomic_load_n(&first_, __ATOMIC_RELAXED) == nullptr; }

    void add_woken(Thread& thread, u64 now) {
        thread.woken = true;
        add(thread, now);
    }
    /// It had the CPU for `had` and wants it again.
    void add_again(Thread& thread, u64 now, u64 had, u64 slice) {
        thread.woken = false;
        add(thread, due_again(now, had, slice));
    }

    /// Who is due first of those that may run on the CPU; null if there is none.
    Thread* first_for(u32 cpu) const {
        Thread* thread = first_;
        while (thread != nullptr && !may_run(*thread, cpu)) thread = thread->next;
        return thread;
    }

    /// Does one that has woken wait for the CPU?
    bool woken_waits_for(u32 cpu) const {
        for (const Thread* thread = first_; thread != nullptr; thread = thread->next) {
            if (thread->woken && may_run(*thread, cpu)) return true;
        }
        return false;
    }

    void remove(Thread& thread) {
        Thread** at = &first_;
        while (*at != &thread) at = &(*at)->next;
        *at = thread.next;
        thread.next = nullptr;
    }

  private:
    static bool may_run(const Thread& thread, u32 cpu) { return (thread.may_run_on >> cpu & 1) != 0; }

    /// Behind all that are due at `due` or earlier.
    void add(Thread& thread, u64 due) {
        thread.due = due;
        Thread** at = &first_;
        while (*at != nullptr && (*at)->due <= due) at = &(*at)->next;
        thread.next = *at;
        *at = &thread;
    }

    Thread* first_ = nullptr;
};

}  // namespace ws
