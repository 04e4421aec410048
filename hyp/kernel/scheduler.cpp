// SPDX-License-Identifier: Apache-2.0
#include "scheduler.hpp"

#include "../base/panic.hpp"
#include "../boot/board_info.hpp"
#include "../cpu/cpu.hpp"
#include "../cpu/vcpu.hpp"
#include "../trace/points.hpp"
#include "interrupts.hpp"
#include "ready_queue.hpp"
#include "upcalls.hpp"

namespace ws {

namespace {

/// Guards the queue, and the state of every thread. It is held from the choice of a thread until that thread is on the
/// CPU: nobody else can choose one whose registers are not saved yet.
SpinLock scheduler_lock;
ReadyQueue queue;
u64 slice_ticks = 0;
constexpr u64 kUrgentShare = 1024;  ///< of a time slice that a thread has before one that wakes may interrupt it

Thread* first_for(const Cpu& cpu) { return queue.first_for(cpu.id); }

void record_slice(const Cpu& cpu, trace::TimerChange change) {
    using Event = trace::payload::timer;
    trace::event_made<trace::At::kernel, Event>([&]() WS_INLINE_LAMBDA {
        return Event{cpu.slice.deadline, cpu.current->owner, trace::Timer::time_slice, change};
    });
}

void slice_expired(SoftTimer&) {
    Cpu& cpu = this_cpu();
    record_slice(cpu, trace::TimerChange::expired);
    cpu.must_reschedule = true;
}

/// How long this CPU is at work before it gives the others a turn. Each CPU has another time: were they alike, one
/// could come back from its turn whenever the next is due, and never to its guest.
u64 turn_ticks(const Cpu& cpu) {
    constexpr u64 kShare = 4;
    return slice_ticks + slice_ticks / kShare * cpu.id;
}

/// First the turn, then the timer: what the others take is not of this CPU's time.
void turn_expired(SoftTimer& turn) {
    give_turn();
    Cpu& cpu = this_cpu();
    if (cpu.current != &cpu.idle) arm_timer(turn, physical_count() + turn_ticks(cpu));
}

/// A guest may wait for another CPU in a loop that has neither YIELD nor WFE, and nothing else would take it out of
/// there. So where there are several CPUs, each that is at work gives a turn from time to time.
void start_turns(Cpu& cpu) {
    if (board.cpu_count == 1 || cpu.turn.armed || cpu.current == &cpu.idle) return;
    cpu.turn.expired = turn_expired;
    arm_timer(cpu.turn, physical_count() + turn_ticks(cpu));
}

void cancel_slice(Cpu& cpu) {
    if (!cpu.slice.armed) return;  // it has gone off
    record_slice(cpu, trace::TimerChange::cancelled);
    cancel_timer(cpu.slice);
}

/// The time slice counts only while somebody waits for this CPU; and only then does a guest's WFE give the CPU away.
void update_slice(Cpu& cpu) {
    Thread& thread = *cpu.current;
    const bool others_wait = first_for(cpu) != nullptr && &thread != &cpu.idle;
    const bool urgent = others_wait && cpu.urgent;
    cpu.urgent = false;
    if (others_wait == cpu.others_wait && !urgent) return;
    const bool loaded = thread.vcpu != nullptr && thread.vcpu->loaded_on >= 0;
    if (others_wait != cpu.others_wait && loaded) set_wfe_traps(*thread.vcpu, others_wait);
    cpu.others_wait = others_wait;
    if (!others_wait) {
        cancel_slice(cpu);
        return;
    }
    // One that has woken interrupts the thread that runs, but for its first moments: else two could starve a third.
    const u64 now = physical_count();
    const u64 end = urgent ? cpu.switched_at + slice_ticks / kUrgentShare : now + slice_ticks;
    if (end <= now) {
        cpu.must_reschedule = true;
    } else {
        cpu.slice.expired = slice_expired;
        arm_timer(cpu.slice, end);
        record_slice(cpu, trace::TimerChange::armed);
    }
}

/// To a CPU for a thread that became ready: an idle one, the thread's last one first; else one where it will have its
/// turn. True: it is another one, and was kicked.
bool find_cpu_for(const Thread& thread) {
    Cpu* idle = nullptr;
    Cpu* busy = nullptr;
    for (u32 i = 0; i < board.cpu_count; ++i) {
        Cpu& cpu = cpus[(thread.last_cpu + i) % board.cpu_count];
        if ((thread.may_run_on >> cpu.id & 1) == 0) continue;
        if (cpu.is_idle && idle == nullptr) idle = &cpu;
        if (busy == nullptr) busy = &cpu;
    }
    Cpu* const chosen = idle != nullptr ? idle : busy;
    if (idle != nullptr) idle->is_idle = false;  // the next thread finds another one
    Cpu& here = this_cpu();
    if (idle == nullptr) chosen->urgent = true;
    if (chosen != &here) {
        kick_cpu(chosen->id, thread.owner, trace::KickReason::reschedule);
        return true;
    }
    if (idle == nullptr) update_slice(here);
    return false;
}

/// The scheduler's lock is held, and is released by the thread that is reached.
void switch_to(Thread& next, SwitchReason reason) {
    Cpu& cpu = this_cpu();
    Thread& previous = *cpu.current;
    trace::StepScope<trace::At::kernel> step(trace::Step::switch_thread);
    trace::event<trace::At::kernel>(trace::payload::schedule{previous.owner, next.owner, reason});
    if (previous.vcpu != nullptr) put_vcpu(*previous.vcpu);
    if (next.space != 0) use_space(next.space);
    cpu.current = &next;
    cpu.must_reschedule = false;
    cpu.is_idle = false;
    cpu.switched_at = physical_count();
    if (cpu.others_wait) {
        cancel_slice(cpu);
        cpu.others_wait = false;
    }
    next.state = Thread::State::running;
    next.last_cpu = cpu.id;
    switch_stacks(previous.stack_pointer, next.stack_pointer);
    // Here `previous` runs again, perhaps on another CPU: nothing from above counts any more.
}

/// After a switch: what the thread needs on this CPU.
void arrive() {
    Cpu& cpu = this_cpu();
    // One that woke may have come behind this one, which was due first; but it is not to wait for a whole slice.
    if (queue.woken_waits_for(cpu.id)) cpu.urgent = true;
    update_slice(cpu);
    start_turns(cpu);
    scheduler_lock.unlock();
    if (cpu.current->vcpu != nullptr) load_vcpu(*cpu.current->vcpu);
}

/// Leaves the CPU to the next thread, or to the idle one. The scheduler's lock is held; it is not afterwards.
void leave_cpu(SwitchReason reason) {
    Cpu& cpu = this_cpu();
    Thread* const next = first_for(cpu);
    if (next != nullptr) queue.remove(*next);
    switch_to(next != nullptr ? *next : cpu.idle, reason);
    arrive();
}

}  // namespace

/// thread_start comes here on a new thread's own stack.
extern "C" void thread_arrived() { arrive(); }

void set_time_slice(u64 ticks) { slice_ticks = ticks; }

void add_thread(Thread& thread) { thread.state = Thread::State::blocked; }

void wake_thread(Thread& thread) {
    bool kicked = false;
    {
        Locked locked(scheduler_lock);
        if (thread.state != Thread::State::blocked) {
            thread.wake_pending = true;
            return;
        }
        thread.state = Thread::State::ready;
        queue.add_woken(thread, physical_count());
        kicked = find_cpu_for(thread);
    }
    if (kicked) give_turn();
}

void block_thread() {
    scheduler_lock.lock();
    Thread& thread = *this_cpu().current;
    if (thread.wake_pending) {
        thread.wake_pending = false;
        scheduler_lock.unlock();
        return;
    }
    thread.state = Thread::State::blocked;
    leave_cpu(SwitchReason::waits);
}

void yield_thread(SwitchReason reason) {
    scheduler_lock.lock();
    Cpu& cpu = this_cpu();
    cpu.must_reschedule = false;
    Thread* const next = first_for(cpu);
    if (next == nullptr) {
        update_slice(cpu);
        scheduler_lock.unlock();
        return;
    }
    queue.remove(*next);
    // Who gives its turn away, as one that spins for a lock does, lets all have theirs first.
    const u64 now = physical_count();
    const u64 had = reason == SwitchReason::time_slice ? now - cpu.switched_at : slice_ticks;
    cpu.current->state = Thread::State::ready;
    queue.add_again(*cpu.current, now, had, slice_ticks);
    switch_to(*next, reason);
    arrive();
}

void end_thread() {
    scheduler_lock.lock();
    this_cpu().current->state = Thread::State::unused;
    leave_cpu(SwitchReason::ended);
    panic("a thread that ended came back");
}

void run_idle() {
    for (;;) {
        scheduler_lock.lock();
        Cpu& cpu = this_cpu();
        if (Thread* const next = first_for(cpu)) {
            queue.remove(*next);
            switch_to(*next, SwitchReason::started);
            arrive();
            continue;
        }
        cpu.is_idle = true;
        scheduler_lock.unlock();
        hw::wfi();  // wakes for interrupts though they are masked
        handle_interrupts();
    }
}

void notice_waiting_threads() {
    if (queue.empty()) return;
    Locked locked(scheduler_lock);
    update_slice(this_cpu());
}

}  // namespace ws
