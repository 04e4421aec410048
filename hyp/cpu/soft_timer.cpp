// SPDX-License-Identifier: Apache-2.0
#include "soft_timer.hpp"

#include "../arch/hw/barriers.hpp"
#include "../world_switch/own_registers.hpp"
#include "cpu.hpp"

namespace ws {

namespace {

/// Sets this CPU's timer to the first deadline. The queue's lock is held.
void program(TimerQueue& queue) {
    using C = own::CNTP_CTL;
    if (queue.first == nullptr) {
        queue.programmed = 0;
        hw::write<C>(0);
        return;
    }
    // Under QEMU's -icount a write to a timer gives the other CPUs a turn: not without need.
    if (queue.programmed == queue.first->deadline) return;
    queue.programmed = queue.first->deadline;
    hw::write<own::CNTP_CVAL>(queue.first->deadline);
    hw::write<C>(C::ENABLE.mask());
}

void insert(TimerQueue& queue, SoftTimer& timer) {
    SoftTimer** at = &queue.first;
    while (*at != nullptr && (*at)->deadline <= timer.deadline) at = &(*at)->next;
    timer.next = *at;
    *at = &timer;
    timer.armed = true;
}

void remove(TimerQueue& queue, SoftTimer& timer) {
    SoftTimer** at = &queue.first;
    while (*at != &timer) at = &(*at)->next;
    *at = timer.next;
    timer.armed = false;
}

}  // namespace

u32 kernel_timer_intid() { return ThisDesign::kKernelEl == 2 ? 26 : 30; }

u64 physical_count() {
    hw::isb();  // not earlier than what stands before it
    return hw::read<reg::CNTPCT_EL0>();
}

void arm_timer(SoftTimer& timer, u64 deadline) {
    cancel_timer(timer);
    Cpu& cpu = this_cpu();
    Locked locked(cpu.timers.lock);
    timer.cpu = cpu.id;
    timer.deadline = deadline;
    insert(cpu.timers, timer);
    if (cpu.timers.first == &timer) program(cpu.timers);
}

void cancel_timer(SoftTimer& timer) {
    if (!timer.armed) return;
    TimerQueue& queue = cpus[timer.cpu].timers;
    Locked locked(queue.lock);
    if (!timer.armed) return;  // it has just gone off
    remove(queue, timer);
    // Another CPU's timer is left as it is: it goes off, finds nothing due, and is set anew.
    if (timer.cpu == this_cpu().id) program(queue);
}

void handle_timer_interrupt() {
    TimerQueue& queue = this_cpu().timers;
    for (;;) {
        SoftTimer* due = nullptr;
        {
            Locked locked(queue.lock);
            if (queue.first != nullptr && queue.first->deadline <= physical_count()) {
                due = queue.first;
                remove(queue, *due);
            } else {
                program(queue);
            }
        }
        if (due == nullptr) return;
        due->expired(*due);
    }
}

}  // namespace ws
