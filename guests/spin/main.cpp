// SPDX-License-Identifier: Apache-2.0
// CPUs that wait for each other in loops with neither YIELD nor WFE: how=on, sgi, busy, flags, lock, wfe. No other CPU
// may need the one that waits to give way.
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/smp.hpp"

namespace guest {

namespace {

constexpr u32 kSgi = 3;

char how[8] = "";
u64 rounds;
u64 ready;              ///< CPUs that have started
u64 token;              ///< flags: the CPU whose turn it is, counted on
u64 answers[kMaxCpus];  ///< sgi, busy: interrupts taken
u64 work;               ///< busy: something to do
u32 lock_taken;
u64 shared_count;  ///< lock, wfe

/// No word to the machine that somebody waits.
template <class Condition>
void spin_until(Condition condition) {
    while (!condition()) asm volatile("" ::: "memory");
}

void on_irq(u32 intid) {
    expect(intid == kSgi, "interrupt", intid, "that nobody asked for");
    u64& answer = answers[cpu_index()];
    store(answer, answer + 1);
    gic::end(intid);
}

void acquire(bool waits_for_event) {
    u32 taken;
    u32 refused;
    do {
        asm volatile("ldaxr %w0, [%1]" : "=&r"(taken) : "r"(&lock_taken) : "memory");
        if (taken != 0) {
            if (waits_for_event)
                asm volatile("wfe" ::: "memory");  // the holder's store clears our monitor: that is an event
            refused = 1;
            continue;
        }
        asm volatile("stxr %w0, %w1, [%2]" : "=&r"(refused) : "r"(1), "r"(&lock_taken) : "memory");
    } while (refused != 0);
}

/// Long enough in the lock that others come to wait for it.
void count_under_the_lock(bool waits_for_event) {
    for (u64 i = 0; i < rounds; ++i) {
        acquire(waits_for_event);
        const u64 before = shared_count;
        for (int n = 0; n < 1000; ++n) asm volatile("");
        shared_count = before + 1;
        store(lock_taken, 0);
    }
}

void pass_the_token(u64 self) {
    const u64 cpus = machine().cpus;
    for (u64 i = 0; i < rounds; ++i) {
        spin_until([&] { return load(token) == i * cpus + self; });
        store(token, token + 1);
    }
}

void open_interrupts() {
    gic::init_cpu();
    gic::enable(kSgi);
    unmask_irq();
}

void run_other(u64 self) {
    open_interrupts();
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    if (same(how, "flags")) pass_the_token(self);
    if (same(how, "lock") || same(how, "wfe")) count_under_the_lock(same(how, "wfe"));
    if (same(how, "sgi")) {
        for (;;) asm volatile("wfi" ::: "memory");
    }
    if (same(how, "busy")) {
        for (;;) store(work, work + 1);
    }
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
}

void interrupt_the_others() {
    for (u64 i = 0; i < rounds; ++i) {
        for (u64 target = machine().cpus - 1; target != 0; --target) {
            gic::send_sgi(kSgi, target);
            spin_until([&] { return load(answers[target]) == i + 1; });
        }
    }
}

}  // namespace

u64 main() {
    argument("how", how, sizeof(how));
    rounds = number_argument("rounds", 20);
    const u64 others = machine().cpus - 1;
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    open_interrupts();
    start_other_cpus(run_other);
    spin_until([&] { return load(ready) >= others; });
    if (same(how, "sgi") || same(how, "busy")) {
        interrupt_the_others();
        print("guest: ", rounds * others, " SGIs answered\n");
        return 0;
    }
    if (same(how, "flags")) pass_the_token(0);
    if (same(how, "lock") || same(how, "wfe")) count_under_the_lock(same(how, "wfe"));
    spin_until([&] { return load(ready) == 2 * others; });
    expect(shared_count == 0 || shared_count == rounds * machine().cpus, "counted", shared_count);
    print("guest: ", machine().cpus, " CPUs waited for each other\n");
    return 0;
}

}  // namespace guest
