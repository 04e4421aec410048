// SPDX-License-Identifier: Apache-2.0
// EOImode 0 and 1 (IHI 0069, 4.1.1): priority drop and deactivation, together or apart.
#include "scenario.hpp"

namespace guest {

namespace {

bool active(u32 intid) { return gic::bit(gic::kIsactiver, intid); }

u32 take(u32 expected) {
    u32 intid = gic::kSpurious;
    wait_until([&] { return (intid = gic::acknowledge()) != gic::kSpurious; }, "an interrupt to be pending");
    expect(intid == expected, "ICC_IAR1_EL1 gave", intid, "instead of", expected);
    expect(active(intid), "not active after its acknowledge:", intid);
    return intid;
}

void expect_nothing_pending(const char* when) {
    const u32 intid = gic::acknowledge();
    expect(intid == gic::kSpurious, "ICC_IAR1_EL1 gave", intid, when);
}

/// Two interrupts whose priority is dropped first and which are deactivated in either order.
void check_split(u32 first, u32 second, bool same_order) {
    gic::set_priority(first, 0x80);
    gic::set_priority(second, 0x80);
    gic::enable(first);
    gic::enable(second);
    pend(first);
    take(first);
    pend(second);
    expect_nothing_pending("although one of the same priority is running");
    gic::end(first);
    expect(running_priority() == kIdlePriority, "EOImode 1: ICC_EOIR1_EL1 left the running priority",
           hex(running_priority()));
    expect(active(first), "EOImode 1: ICC_EOIR1_EL1 deactivated", first);
    take(second);
    gic::end(second);
    // Active still: it is not given again.
    pend(first);
    expect_nothing_pending("although it is active still");
    gic::deactivate(same_order ? first : second);
    gic::deactivate(same_order ? second : first);
    expect(!active(first) && !active(second), "ICC_DIR_EL1 did not deactivate", first, "or", second);
    take(first);
    gic::end(first);
    gic::deactivate(first);
    expect(!active(first), "ICC_DIR_EL1 did not deactivate", first);
}

/// Six active at once, in EOImode 1, whose priority is dropped at once: more than there are list registers.
void check_many_active() {
    constexpr u32 kCount = 6;
    for (u32 i = 0; i < kCount; ++i) {
        gic::set_priority(i, 0x80);
        pend(i);
    }
    for (u32 i = 0; i < kCount; ++i) {
        u32 intid = gic::kSpurious;
        wait_until([&] { return (intid = gic::acknowledge()) != gic::kSpurious; }, "one of many interrupts");
        gic::end(intid);
    }
    expect_nothing_pending("after all were taken");
    for (u32 i = 0; i < kCount; ++i) expect(active(i), "not active before ICC_DIR_EL1:", i);
    for (u32 i = kCount; i-- > 0;) {
        gic::deactivate(i);
        expect(!active(i), "active after ICC_DIR_EL1:", i);
    }
}

}  // namespace

void check_end_modes() {
    gic::set_priority(2, 0x80);
    pend(2);
    take(2);
    expect(running_priority() == 0x80, "ICC_RPR_EL1 is", hex(running_priority()));
    gic::end(2);
    expect(!active(2) && running_priority() == kIdlePriority, "EOImode 0: ICC_EOIR1_EL1 did not end the interrupt");

    set_split_end(true);
    const u64 mode = ws::reg::ICC_CTLR_EL1::EOImode.get(ws::hw::read<ws::reg::ICC_CTLR_EL1>());
    expect(mode == 1, "ICC_CTLR_EL1 does not keep EOImode");
    for (const bool same_order : {true, false}) {
        check_split(2, 3, same_order);
        check_split(20, 4, same_order);
        check_split(40, 41, same_order);
        check_split(41, 22, same_order);
    }
    check_many_active();
    // Taken as interrupts, too.
    begin();
    for (u32 i = 0; i < 10; ++i) pend(i);
    expect_all_taken(10, "interrupts in EOImode 1:");
    set_split_end(false);
}

}  // namespace guest
