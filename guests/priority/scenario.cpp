// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

namespace guest {

History history;

namespace {
InHandler now_in_handler;
bool split_end;
}  // namespace

const u32 kPendable[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                         14, 15, 20, 21, 22, 40, 41, 47, 55, 56, 60, 61, 62, 63};
const u64 kPendableCount = sizeof(kPendable) / sizeof(kPendable[0]);

void begin(InHandler in_handler) {
    history.begun = history.ended = 0;
    now_in_handler = in_handler;
}

u8 priority_of(u32 intid) {
    u64 value;
    asm volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(gic::frame(intid) + gic::kIpriorityr + intid) : "memory");
    return static_cast<u8>(value);
}

u8 running_priority() { return static_cast<u8>(ws::hw::read<ws::reg::ICC_RPR_EL1>()); }

void set_split_end(bool split) {
    split_end = split;
    ws::hw::write<ws::reg::ICC_CTLR_EL1>(ws::reg::ICC_CTLR_EL1::EOImode.of(split));
    ws::hw::isb();
}

void on_irq(u32 intid) {
    expect(history.begun < kMaxTaken, "more interrupts than were pended; the last is", intid);
    const u64 number = history.begun;
    history.begin[number] = intid;
    store(history.begun, number + 1);
    if (now_in_handler != nullptr) now_in_handler(intid);
    history.end[history.ended] = intid;
    gic::end(intid);
    if (split_end) gic::deactivate(intid);
    store(history.ended, history.ended + 1);
}

namespace {

void wait_a_little() {
    const u64 start = ticks();
    while (ticks() - start < 1000) relax();
}

}  // namespace

void expect_all_taken(u64 count, const char* what) {
    unmask_irq();
    wait_until([&] { return load(history.ended) >= count; }, what);
    wait_a_little();
    mask_irq();
    expect(history.begun == count && history.ended == count, what, "interrupts taken:", history.begun, "instead of",
           count);
    expect(running_priority() == kIdlePriority, what, "running priority at the end is", hex(running_priority()));
}

void expect_none_taken(const char* what) {
    unmask_irq();
    wait_a_little();
    mask_irq();
    expect(history.begun == 0, what, "interrupt taken:", history.begin[0]);
}

void pend(u32 intid) {
    if (intid < kSgis) return gic::send_sgi(intid, 0);
    gic::set_bit(gic::kIspendr, intid);
}

}  // namespace guest
