// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

/// What the handler of a CPU is to do, and did.
struct Expected {
    u64 deadline;   ///< no interrupt may come before
    u64 period;     ///< 0: one shot
    u64 remaining;  ///< interrupts still to come, for a periodic timer
    u64 taken;
};
Expected expected[kMaxCpus];
u64 rounds;
u64 seed;
Barrier barrier;

template <class T>
void on_timer(u32 intid) {
    Expected& e = expected[cpu_index()];
    const u64 now = T::count();
    expect(now >= e.deadline, "timer interrupt", intid, "came", e.deadline - now, "ticks before its time");
    expect((T::control() & T::kMet) != 0, "timer interrupt", intid, "without ISTATUS");
    store(e.taken, e.taken + 1);
    if (e.period != 0 && --e.remaining != 0) {
        e.deadline += e.period;
        T::arm_at(e.deadline);
    } else {
        T::stop();
    }
    gic::end(intid);
}

void on_irq(u32 intid) {
    if (intid == machine().virtual_timer_intid) return on_timer<VirtualTimer>(intid);
    if (intid == machine().physical_timer_intid) return on_timer<PhysicalTimer>(intid);
    expect(false, "interrupt", intid, "that nobody asked for");
}

template <class T>
class Tests {
  public:
    Tests(u32 intid, u64 random_seed) : intid_(intid), mine_(expected[cpu_index()]), random_(random_seed) {}

    void all() {
        one_shot();
        by_value();
        in_the_past();
        periodic();
        wake_from_wfi();
        masked_at_the_timer();
        masked_at_the_controller();
        cancelled();
        registers();
    }

  private:
    /// Some hundred to some thousand ticks: what a hypervisor can do in between, and less.
    u64 some_ticks() { return 100 + random_.below(6000); }

    void expect_at(u64 deadline) { mine_ = {deadline, 0, 0, 0}; }
    void expect_taken(u64 count, const char* what) {
        wait_until([&] { return load(mine_.taken) >= count; }, what);
        spin(500);
        expect(load(mine_.taken) == count, what, "brought", load(mine_.taken), "interrupts instead of", count);
    }
    void spin(u64 tick_count) {
        const u64 start = T::count();
        while (T::count() - start < tick_count) relax();
    }

    void one_shot() {
        expect_at(T::count() + some_ticks());
        T::arm_at(mine_.deadline);
        expect_taken(1, "a one-shot timer");
    }

    void by_value() {
        const u64 wait = some_ticks();
        const u64 earliest = T::count() + wait;
        expect_at(earliest);
        T::arm_in(wait);
        const u64 cval = T::compare_value();
        expect(cval >= earliest && cval <= T::count() + wait, "CVAL is", hex(cval), "after TVAL was set to", wait, "at",
               hex(earliest - wait));
        expect_taken(1, "a timer armed by TVAL");
    }

    void in_the_past() {
        expect_at(0);
        T::arm_in(0xffff'ff00);  // 256 ticks ago: TVAL is signed
        expect_taken(1, "a timer armed by a negative TVAL");
        expect_at(0);
        T::arm_at(1);
        expect_taken(1, "a timer armed for long ago");
    }

    void periodic() {
        constexpr u64 kInterrupts = 10;
        const u64 period = some_ticks();
        mine_ = {T::count() + period, period, kInterrupts, 0};
        T::arm_at(mine_.deadline);
        expect_taken(kInterrupts, "a periodic timer");
    }

    void wake_from_wfi() {
        mask_irq();
        expect_at(T::count() + 10 * some_ticks());
        T::arm_at(mine_.deadline);
        // WFI may return for other reasons as well.
        while ((T::control() & T::kMet) == 0) asm volatile("wfi" ::: "memory");
        expect(T::count() >= mine_.deadline, "ISTATUS before its time");
        expect(load(mine_.taken) == 0, "an interrupt was taken although PSTATE.I is set");
        unmask_irq();
        expect_taken(1, "a timer that ended WFI");
    }

    void masked_at_the_timer() {
        const u64 deadline = T::count() + some_ticks();
        expect_at(deadline);
        T::arm_at(deadline, T::kEnable | T::kMasked);
        wait_until([&] { return (T::control() & T::kMet) != 0; }, "ISTATUS of a masked timer");
        expect(T::count() >= deadline, "ISTATUS of a masked timer before its time");
        spin(500);
        expect(load(mine_.taken) == 0, "a masked timer interrupted");
        expect(!gic::bit(gic::kIspendr, intid_), "a masked timer is pending at the interrupt controller");
        T::set_control(T::kEnable);
        expect_taken(1, "a timer that was masked");
    }

    void masked_at_the_controller() {
        gic::disable(intid_);
        expect_at(T::count() + some_ticks());
        T::arm_at(mine_.deadline);
        wait_until([&] { return gic::bit(gic::kIspendr, intid_); }, "the pending bit of a timer");
        expect(T::count() >= mine_.deadline, "the pending bit of a timer before its time");
        spin(500);
        expect(load(mine_.taken) == 0, "a timer interrupted that is off at the controller");
        gic::enable(intid_);
        expect_taken(1, "a timer that was off at the controller");
    }

    void cancelled() {
        const u64 wait = 2000 + some_ticks();
        expect_at(T::count() + wait);
        T::arm_at(mine_.deadline);
        T::stop();
        // If this CPU was held up for longer than the timer's time, the interrupt was right.
        const bool in_time = T::count() < mine_.deadline;
        spin(wait + 1000);
        if (in_time) expect(load(mine_.taken) == 0, "a timer that was cancelled interrupted");
    }

    void registers() {
        constexpr u64 kFar = 1ULL << 40;
        expect_at(~u64{0});
        const u64 deadline = T::count() + kFar;
        T::arm_at(deadline);
        expect(T::compare_value() == deadline, "CVAL was set to", hex(deadline), "and is", hex(T::compare_value()));
        expect((T::control() & 7) == T::kEnable, "CTL of a timer that runs is", T::control());
        const u64 before = deadline - T::count();
        const u64 value = T::timer_value();
        const u64 after = deadline - T::count();
        expect(static_cast<u32>(before - value) <= static_cast<u32>(before - after), "TVAL is", hex(value), "between",
               hex(static_cast<u32>(before)), "and", hex(static_cast<u32>(after)));
        T::stop();
        expect((T::control() & 3) == 0, "CTL of a timer that is off is", T::control());
        u64 last = T::count();
        for (u64 i = 0; i < 200; ++i) {
            const u64 now = T::count();
            expect(now >= last, "the counter went back from", last, "to", now);
            last = now;
        }
        expect(mine_.taken == 0, "a timer interrupted that was far away");
    }

    u32 intid_;
    Expected& mine_;
    Random random_;
};

void run(u64 cpu) {
    gic::init_cpu();
    const Machine& m = machine();
    gic::enable(m.virtual_timer_intid);
    gic::enable(m.physical_timer_intid);
    unmask_irq();
    barrier.wait(m.cpus);
    for (u64 round = 0; round < rounds; ++round) {
        Tests<VirtualTimer>(m.virtual_timer_intid, seed + cpu * 1000 + round).all();
        Tests<PhysicalTimer>(m.physical_timer_intid, seed + cpu * 2000 + round).all();
    }
    barrier.wait(m.cpus);
}

}  // namespace

u64 main() {
    rounds = number_argument("rounds", 4);
    seed = seed_argument();
    expect(machine().virtual_timer_intid == 27 && machine().physical_timer_intid == 30, "the timers have INTIDs",
           machine().virtual_timer_intid, machine().physical_timer_intid);
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    start_other_cpus(run);
    run(0);
    print("guest: timers were in time, ", rounds, " rounds on ", machine().cpus, " CPUs\n");
    return 0;
}

}  // namespace guest
