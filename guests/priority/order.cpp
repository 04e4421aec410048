// SPDX-License-Identifier: Apache-2.0
// Which interrupt comes first, and which one interrupts which.
#include "scenario.hpp"

namespace guest {

namespace {

/// Eight levels that differ in the bits which every implementation has: 0x10, 0x20, ... for SGI 0, 1, ...
void give_levels(u32 count) {
    for (u32 i = 0; i < count; ++i) gic::set_priority(i, static_cast<u8>(0x10 + i * 0x10));
}

void expect_running_priority(u32 intid) {
    expect(running_priority() == priority_of(intid), "ICC_RPR_EL1 is", hex(running_priority()), "in the handler of",
           intid, "with priority", hex(priority_of(intid)));
}

constexpr u32 kDepth = 12;  ///< SGI 12 is interrupted by 11, and so on to 0
constexpr u32 kLowest = 13;

/// Levels above this one: nested until there is none.
void nest(u32 intid) {
    expect_running_priority(intid);
    if (intid == kLowest)
        return expect(history.ended == kDepth + 1, "the lowest interrupt came before others ended:", history.ended);
    if (intid == 0) {
        // All of them are active at once: many more than there are list registers.
        for (u32 i = 0; i < history.begun; ++i) {
            expect(gic::bit(gic::kIsactiver, history.begin[i]), "not active in its handler:", history.begin[i]);
        }
        return;
    }
    const u64 before = history.begun;
    pend(intid - 1);
    if (intid == 5) pend(kLowest);
    unmask_irq();
    wait_until([&] { return load(history.ended) > 0 && history.begun > before; }, "a higher interrupt to preempt");
    mask_irq();
    expect_running_priority(intid);
}

}  // namespace

void check_order(Random& random) {
    u32 order[kSgis];
    for (u32 i = 0; i < kSgis; ++i) order[i] = i;
    for (u32 i = kSgis - 1; i > 0; --i) {
        const u64 other = random.below(i + 1);
        const u32 kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (u32 i = 0; i < 14; ++i) gic::set_priority(order[i], static_cast<u8>(0x10 + i * 0x10));
    begin(expect_running_priority);
    for (u32 i = 0; i < 14; ++i) pend(order[(i * 5 + 3) % 14]);
    ws::hw::isb();
    const u64 highest = ws::hw::read<ws::reg::ICC_HPPIR1_EL1>();
    expect(highest == order[0], "ICC_HPPIR1_EL1 is", highest, "instead of", order[0]);
    expect_all_taken(14, "interrupts in the order of their priorities:");
    for (u32 i = 0; i < 14; ++i) {
        expect(history.begin[i] == order[i], "interrupt", history.begin[i], "was taken as number", i, "instead of",
               order[i]);
    }
}

void check_preemption() {
    give_levels(14);
    begin(nest);
    pend(kDepth);
    unmask_irq();
    wait_until([] { return load(history.ended) == kDepth + 2; }, "nested interrupts");
    mask_irq();
    for (u32 i = 0; i <= kDepth; ++i) {
        expect(history.begin[i] == kDepth - i, "nested interrupt", i, "is", history.begin[i], "instead of", kDepth - i);
    }
    expect(history.end[0] == 0, "the first to end is", history.end[0], "instead of the innermost");
    expect(running_priority() == kIdlePriority, "ICC_RPR_EL1 is", hex(running_priority()), "at the end");
    for (u32 i = 0; i < kSgis; ++i) expect(!gic::bit(gic::kIsactiver, i), "still active at the end:", i);
}

void check_binary_point() {
    namespace reg = ws::reg;
    // Bit 7 only preempts: 0x10 does not interrupt 0x60, but 0x60 interrupts 0x90 (IHI 0069, 4.8.3).
    ws::hw::write<reg::ICC_BPR1_EL1>(7);
    ws::hw::isb();
    expect(ws::hw::read<reg::ICC_BPR1_EL1>() == 7, "ICC_BPR1_EL1 does not keep 7");
    give_levels(14);
    begin([](u32 intid) {
        if (intid == 8) pend(5);  // 0x90 by 0x60
        if (intid == 5) pend(0);  // 0x60 by 0x10
        const u64 before = history.begun;
        unmask_irq();
        const u64 start = ticks();
        while (ticks() - start < 1000) relax();
        mask_irq();
        const u64 nested = history.begun - before;
        expect((nested != 0) == (intid == 8), "with ICC_BPR1_EL1 of 7, interrupt", intid,
               "was preempted this often:", nested);
    });
    pend(8);
    unmask_irq();
    wait_until([] { return load(history.ended) >= 3; }, "interrupts with a binary point");
    mask_irq();
    expect(history.end[0] == 5 && history.begin[2] == 0, "interrupts with ICC_BPR1_EL1 of 7 came in the wrong order");
    ws::hw::write<reg::ICC_BPR1_EL1>(0);
    ws::hw::isb();
    const u64 smallest = ws::hw::read<reg::ICC_BPR1_EL1>();
    expect(smallest >= 1 && smallest <= 4, "the smallest ICC_BPR1_EL1 is", smallest);
}

void check_priority_mask() {
    gic::set_priority(3, 0x80);
    gic::set_priority(4, 0x70);
    gic::set_mask(0x80);
    begin();
    pend(3);
    expect_none_taken("an interrupt of the priority in ICC_PMR_EL1:");
    pend(4);
    unmask_irq();
    wait_until([] { return load(history.ended) >= 1; }, "an interrupt above ICC_PMR_EL1");
    mask_irq();
    expect(history.begin[0] == 4 && history.begun == 1,
           "ICC_PMR_EL1 let the wrong interrupt through:", history.begin[0]);
    gic::set_mask(0x90);
    expect_all_taken(2, "interrupts after ICC_PMR_EL1 was raised:");
    gic::set_mask(0xff);
}

void check_many_pending(Random& random) {
    for (u64 i = 0; i < kPendableCount; ++i) {
        gic::set_priority(kPendable[i], static_cast<u8>(random.below(15) * 0x10));
        gic::enable(kPendable[i]);
    }
    begin(expect_running_priority);
    for (u64 i = 0; i < kPendableCount; ++i) pend(kPendable[(i * 11 + 5) % kPendableCount]);
    for (u64 i = 0; i < kPendableCount; ++i) {
        expect(gic::bit(gic::kIspendr, kPendable[i]), "pended, but not pending:", kPendable[i]);
    }
    expect_all_taken(kPendableCount, "many interrupts pending at once:");
    u64 seen = 0;
    for (u64 i = 0; i < kPendableCount; ++i) {
        seen |= 1ULL << history.begin[i];
        if (i == 0) continue;
        expect(priority_of(history.begin[i - 1]) <= priority_of(history.begin[i]), "interrupt", history.begin[i - 1],
               "was taken before", history.begin[i]);
    }
    for (u64 i = 0; i < kPendableCount; ++i) expect((seen >> kPendable[i] & 1) != 0, "never taken:", kPendable[i]);
}

void check_pending_again() {
    // Active and pending: the second one comes after the end of the first.
    for (const u32 intid : {5U, 21U, 41U}) {
        gic::set_priority(intid, 0x60);
        gic::enable(intid);
        begin([](u32 its_id) {
            if (history.begun != 1) return;
            pend(its_id);
            unmask_irq();
            const u64 start = ticks();
            while (ticks() - start < 500) relax();
            mask_irq();
            expect(history.begun == 1, "an active interrupt was taken once more:", its_id);
            expect(gic::bit(gic::kIspendr, its_id), "not pending while active:", its_id);
        });
        pend(intid);
        expect_all_taken(2, "an interrupt pended in its own handler:");
    }
}

}  // namespace guest
