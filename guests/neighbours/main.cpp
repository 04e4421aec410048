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

constexpr u64 kPage = 4096;
constexpr u64 kMaxId = 8;
constexpr u64 kMiB = 1024 * 1024;

PatternedCpu patterned;
u64 wakes, longest_wait;

volatile u64& word(u64 address) { return *reinterpret_cast<volatile u64*>(address); }
u64 pattern(u64 id, u64 generation, u64 address) { return mix(address ^ id << 56 ^ generation << 40); }

/// A word of each page, another one each generation.
u64 place(u64 page, u64 generation) { return page + (page / kPage * 8 + generation * 200) % kPage; }

void fill(u64 id, u64 generation, u64 start, u64 end) {
    for (u64 page = start; page < end; page += kPage) {
        const u64 at = place(page, generation);
        word(at) = pattern(id, generation, at);
    }
}

void verify(u64 id, u64 generation, u64 start, u64 end) {
    for (u64 page = start; page < end; page += kPage) {
        const u64 at = place(page, generation);
        const u64 is = word(at);
        if (is == pattern(id, generation, at)) continue;
        for (u64 other = 0; other < kMaxId; ++other) {
            expect(is != pattern(other, generation, at), "memory at", hex(at), "of VM", id, "has the pattern of VM",
                   other);
        }
        expect(false, "memory at", hex(at), "was", hex(pattern(id, generation, at)), "and is", hex(is));
    }
}

void on_irq(u32 intid) {
    expect(intid == machine().virtual_timer_intid, "interrupt", intid, "that nobody asked for");
    VirtualTimer::stop();
    store(wakes, wakes + 1);
    gic::end(intid);
}

/// Lets others run: WFI until a timer, or a few WFE.
void give_way(Random& random) {
    if (random.one_in(3)) {
        // With an event of its own first, so that it waits for nothing on any machine.
        for (u64 i = 0; i < 4; ++i) asm volatile("sevl\n\twfe" ::: "memory");
        return;
    }
    const u64 before = wakes;
    mask_irq();
    VirtualTimer::arm_in(500 + random.below(longest_wait));
    while (load(wakes) == before) {
        asm volatile("wfi" ::: "memory");
        unmask_irq();
        ws::hw::isb();
        mask_irq();
    }
    unmask_irq();
}

}  // namespace

u64 main() {
    const u64 id = number_argument("id", 1);
    const u64 rounds = number_argument("rounds", 200);
    const u64 bytes = number_argument("mib", 8) * kMiB;
    longest_wait = number_argument("wait", 5000);
    turn_on_mmu();
    const u64 start = free_start();
    const u64 end = start + bytes;
    expect(end <= ram_end(), "there is less memory than mib= says");
    set_irq_handler(on_irq);
    gic::init_distributor();
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    Random random(id * 7919);
    unmask_irq();
    fill(id, 0, start, end);
    for (u64 round = 0; round < rounds; ++round) {
        patterned.fill(random.next());
        patterned.spin(1 + random.below(5000));
        give_way(random);
        patterned.verify(round);
        const bool refill = round % 8 == 7;
        verify(id, round / 8, start, end);
        if (refill) fill(id, round / 8 + 1, start, end);
    }
    print("guest: VM ", id, " kept its memory and registers for ", rounds, " rounds\n");
    return 0;
}

}  // namespace guest
