// SPDX-License-Identifier: Apache-2.0
#include "interrupts.hpp"

#include "../base/print.hpp"
#include "../boot/board_info.hpp"
#include "../cpu/cpu.hpp"
#include "../platform/gic_v3.hpp"
#include "../trace/points.hpp"
#include "console.hpp"
#include "scheduler.hpp"
#include "upcalls.hpp"

namespace ws {

namespace {

// Physical SGIs between CPUs.
constexpr u32 kKickSgi = 0;  ///< look again: the guest's run has ended, and that was the purpose
constexpr u32 kStopSgi = 1;
constexpr u32 kMaintenance = 25;

/// This CPU is done: closes its trace and waits for the power to go.
[[noreturn]] void stop_this_cpu() {
    Cpu& cpu = this_cpu();
    trace::stop(cpu.recorder);
    __atomic_store_n(&cpu.stopped, true, __ATOMIC_RELEASE);
    for (;;) hw::wfi();
}

void handle(u32 intid) {
    gic::drop_priority(intid);
    if (intid == kGuestTimerIntid) {
        virtual_timer_fired();
        return;  // it stays active until the guest ends the virtual interrupt that is linked to it
    }
    if (intid == kStopSgi) stop_this_cpu();
    if (intid == kKickSgi) {
        notice_waiting_threads();
    } else if (intid == kernel_timer_intid()) {
        handle_timer_interrupt();
    } else if (intid == board.uart_intid) {
        handle_console_input();
    } else if (intid != kMaintenance &&  // for that, reading the list registers after the exit was all
               !handle_device_interrupt(intid)) {
        log("physical interrupt ", intid, " has no handler; it is disabled");
        gic::disable(intid);
    }
    gic::deactivate(intid);
}

}  // namespace

void open_interrupts() {
    gic::open_distributor(board.gic_distributor.start);
    gic::enable_shared(board.uart_intid, cpus[0].mpidr);
}

void open_interrupts_of_this_cpu() {
    Cpu& cpu = this_cpu();
    cpu.redistributor =
        gic::find_redistributor(board.gic_redistributors.start, board.gic_redistributors.bytes, cpu.mpidr);
    gic::open_cpu(cpu.redistributor);
    for (const u32 intid : {kKickSgi, kStopSgi, kMaintenance, kGuestTimerIntid, kernel_timer_intid()}) {
        gic::enable_private(cpu.redistributor, intid);
    }
}

void handle_interrupts() {
    trace::StepScope<trace::At::kernel> step(trace::Step::handle_interrupt);
    for (;;) {
        const u32 intid = gic::acknowledge();
        if (intid >= gic::kFirstSpecialIntid) return;
        using Event = trace::payload::physical_irq;
        trace::event_made<trace::At::kernel, Event>(
            [&]() WS_INLINE_LAMBDA { return Event{intid, this_cpu().current->owner}; });
        handle(intid);
    }
}

void kick_cpu(u32 cpu, trace::Owner owner, trace::KickReason reason) {
    trace::event<trace::At::kernel>(trace::payload::kick{static_cast<u8>(cpu), owner, reason});
    gic::send_sgi(kKickSgi, cpus[cpu].mpidr);
}

void stop_other_cpus(bool panicking) {
    constexpr u32 kPatience = 1'000'000;
    for (u32 i = 0; i < board.cpu_count; ++i) {
        Cpu& cpu = cpus[i];
        if (&cpu == &running_cpu() || cpu.current == nullptr) continue;  // this one, and those that were never started
        if (!panicking) {
            trace::event<trace::At::kernel>(
                trace::payload::kick{static_cast<u8>(i), trace::kHost, trace::KickReason::stop});
        }
        gic::send_sgi(kStopSgi, cpu.mpidr);
        for (u32 n = 0; n < kPatience && !__atomic_load_n(&cpu.stopped, __ATOMIC_ACQUIRE); ++n) hw::yield();
    }
}

}  // namespace ws
