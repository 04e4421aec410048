// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/patterns.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

constexpr u64 kMaxSpins = 4000;
constexpr u32 kSgi = 1;

PatternedCpu patterned[kMaxCpus];
struct Count {
    u64 timers;
    u64 sgis;
};
Count counts[kMaxCpus];
u64 rounds;
u64 seed;
Barrier barrier;

void on_irq(u32 intid) {
    Count& mine = counts[cpu_index()];
    if (intid == machine().virtual_timer_intid) {
        VirtualTimer::stop();
        ++mine.timers;
    } else {
        expect(intid == kSgi, "interrupt", intid, "that nobody asked for");
        ++mine.sgis;
    }
    gic::end(intid);
}

void run(u64 self) {
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    gic::enable(kSgi);
    unmask_irq();
    const u64 cpus = machine().cpus;
    barrier.wait(cpus);
    Random random(seed * 1000 + self);
    // One tick is some ten instructions, which all CPUs share: most timers go off while the loop spins.
    for (u64 round = 0; round < rounds; ++round) {
        const u64 spins = 1 + random.below(kMaxSpins);
        patterned[self].fill(random.next());
        if (random.one_in(2)) gic::send_sgi(kSgi, random.below(cpus));
        VirtualTimer::arm_in(1 + random.below(spins * cpus / 4 + 1));
        patterned[self].spin(spins);
        patterned[self].verify(round);
    }
    wait_until([&] { return (VirtualTimer::control() & 1) == 0; }, "the last timer");
    barrier.wait(cpus);
}

}  // namespace

u64 main() {
    rounds = number_argument("rounds", 1000);
    seed = seed_argument();
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    start_other_cpus(run);
    run(0);
    u64 timers = 0;
    u64 sgis = 0;
    for (const Count& count : counts) {
        timers += count.timers;
        sgis += count.sgis;
    }
    expect(timers != 0 && (rounds < 10 || sgis != 0), "no interrupts:", timers, sgis);
    print("guest: all registers kept for ", rounds, " rounds on ", machine().cpus, " CPUs, under ", timers,
          " timer interrupts and ", sgis, " SGIs\n");
    return 0;
}

}  // namespace guest
