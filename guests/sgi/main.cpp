// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"

namespace guest {

namespace {

constexpr u32 kSgis = 16;
constexpr u32 kFirstShared = 8;

/// What one CPU has sent to another by one SGI, and what that one has taken.
struct Note {
    u64 sent;
    u64 taken;
    bool free() const { return load(taken) == sent; }
};
Note notes[kMaxCpus][kMaxCpus][kSgis];  // by source, target, SGI

struct Count {
    u64 sent;        ///< one for each target
    u64 interrupts;  ///< of SGIs that belong to one sender
    u64 taken;
};
Count counts[kMaxCpus];
u64 rounds;
u64 seed;
Barrier barrier;

void take(Note& note, Count& count) {
    const u64 sent = load(note.sent);
    if (note.taken == sent) return;
    expect(note.taken + 1 == sent, "an SGI was sent again before it was taken");
    ++count.taken;
    store(note.taken, sent);
}

void on_irq(u32 intid) {
    const u64 self = cpu_index();
    Count& count = counts[self];
    expect(intid < kSgis, "interrupt", intid, "that nobody asked for");
    if (intid < kFirstShared) {
        ++count.interrupts;
        expect(intid < machine().cpus, "SGI", intid, "of a CPU that is not there");
        Note& note = notes[intid][self][intid];
        expect(!note.free(), "SGI", intid, "came to CPU", self, "without having been sent, or twice");
        take(note, count);
    } else {
        // A note without an interrupt of its own: another sender's was pending already.
        for (u64 source = 0; source < machine().cpus; ++source) take(notes[source][self][intid], count);
    }
    gic::end(intid);
}

void write_note(u64 source, u64 target, u32 intid) {
    Note& note = notes[source][target][intid];
    wait_until([&] { return note.free(); }, "an SGI to be taken");
    store(note.sent, note.sent + 1);
    ++counts[source].sent;
}

void send_something(u64 self, Random& random) {
    const u64 cpus = machine().cpus;
    const bool shared = random.one_in(2);
    const u32 intid =
        shared ? kFirstShared + static_cast<u32>(random.below(kSgis - kFirstShared)) : static_cast<u32>(self);
    if (random.one_in(5)) {
        for (u64 target = 0; target < cpus; ++target) {
            if (target != self) write_note(self, target, intid);
        }
        gic::send_sgi_to_others(intid);
    } else {
        const u64 target = random.below(cpus);
        write_note(self, target, intid);
        gic::send_sgi(intid, target);
    }
}

void run(u64 self) {
    gic::init_cpu();
    for (u32 i = 0; i < kSgis; ++i) gic::enable(i);
    unmask_irq();
    const u64 cpus = machine().cpus;
    barrier.wait(cpus);
    Random random(seed * 100 + self);
    for (u64 i = 0; i < rounds; ++i) send_something(self, random);
    barrier.wait(cpus);
    for (u64 target = 0; target < cpus; ++target) {
        for (u32 i = 0; i < kSgis; ++i) {
            wait_until([&] { return notes[self][target][i].free(); }, "the last SGIs");
        }
    }
    barrier.wait(cpus);
}

}  // namespace

u64 main() {
    rounds = number_argument("rounds", 2000);
    seed = seed_argument();
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    start_other_cpus(run);
    run(0);
    u64 sent = 0;
    u64 taken = 0;
    for (const Count& count : counts) {
        sent += count.sent;
        taken += count.taken;
    }
    expect(sent == taken, "SGIs sent and taken:", sent, taken);
    print("guest: ", sent, " SGIs sent and taken on ", machine().cpus, " CPUs\n");
    return 0;
}

}  // namespace guest
