// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/smp.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;

constexpr u64 kBreakpoint = 0x31;
constexpr u64 kStep = 0x33;
constexpr u64 kWatchpoint = 0x35;
constexpr u64 kBrk = 0x3c;
constexpr u16 kBeginSteps = 0x5e;
constexpr u16 kEndSteps = 0x5f;

extern "C" char breakpoint_target[];
extern "C" void stepped_code();

constexpr u64 kMaxSteps = 32;

/// What a CPU's debug exceptions were.
struct Seen {
    u64 count;
    u64 exception_class, pc, far, esr;
    u64 steps;
    u64 stepped[kMaxSteps];
};
Seen seen[kMaxCpus];
alignas(64) u64 watched[kMaxCpus][8];
u64 rounds;
Barrier barrier;

/// Debug registers by number.
#define EACH_BREAKPOINT(f) f(0) f(1) f(2) f(3) f(4) f(5)
#define EACH_WATCHPOINT(f) f(0) f(1) f(2) f(3)

void set_breakpoint(u64 n, u64 value, u64 control) {
    switch (n) {
#define CASE(i)                                   \
    case i:                                       \
        hw::write<reg::DBGBVR##i##_EL1>(value);   \
        hw::write<reg::DBGBCR##i##_EL1>(control); \
        break;
        EACH_BREAKPOINT(CASE)
#undef CASE
        default: break;
    }
    asm volatile("isb" ::: "memory");
}

void set_watchpoint(u64 n, u64 value, u64 control) {
    switch (n) {
#define CASE(i)                                   \
    case i:                                       \
        hw::write<reg::DBGWVR##i##_EL1>(value);   \
        hw::write<reg::DBGWCR##i##_EL1>(control); \
        break;
        EACH_WATCHPOINT(CASE)
#undef CASE
        default: break;
    }
    asm volatile("isb" ::: "memory");
}

/// Enabled at EL1, for an instruction (Arm ARM D17.3.2) or for accesses to 8 bytes (D17.3.12).
constexpr u64 kBreakHere = 1 | 1 << 1 | 0xf << 5;
constexpr u64 kLoads = 1, kStores = 2;
constexpr u64 watch(u64 kinds, u64 byte_mask) { return 1 | 1 << 1 | kinds << 3 | byte_mask << 5; }

void set_mdscr(u64 bits) {
    hw::write<reg::MDSCR_EL1>(bits);
    asm volatile("isb" ::: "memory");
}

bool on_step(Frame& frame, Seen& mine) {
    expect(mine.steps < kMaxSteps, "stepping does not end, at", hex(frame.pc));
    mine.stepped[mine.steps++] = frame.pc;
    frame.pstate |= reg::SPSR_EL1::SS.mask();
    return true;
}

bool on_brk(Frame& frame) {
    const u64 number = frame.esr & 0xffff;
    expect(number == kBeginSteps || number == kEndSteps, "BRK with number", hex(number));
    frame.pc += 4;
    if (number == kBeginSteps) {
        set_mdscr(reg::MDSCR_EL1::KDE.mask() | reg::MDSCR_EL1::SS.mask());
        frame.pstate |= reg::SPSR_EL1::SS.mask();
    } else {
        set_mdscr(0);
        frame.pstate &= ~reg::SPSR_EL1::SS.mask();
        frame.pc = frame.x[19];  // out of stepped_code, which is left in its middle
    }
    return true;
}

bool on_exception(Frame& frame) {
    Seen& mine = seen[cpu_index()];
    const u64 ec = frame.exception_class();
    if (ec == kStep) return on_step(frame, mine);
    if (ec == kBrk) return on_brk(frame);
    if (ec != kBreakpoint && ec != kWatchpoint) return false;
    ++mine.count;
    mine.exception_class = ec;
    mine.pc = frame.pc;
    mine.far = frame.far;
    mine.esr = frame.esr;
    // The instruction is run with debug exceptions masked; whoever waits for the next one unmasks them.
    frame.pstate |= reg::SPSR_EL1::D.mask();
    return true;
}

void unmask_debug() { asm volatile("msr DAIFClr, #8\n\tisb" ::: "memory"); }
void mask_debug() { asm volatile("msr DAIFSet, #8" ::: "memory"); }

/// Calls `f` with debug exceptions unmasked.
template <class F>
const Seen& observe(F f) {
    Seen& mine = seen[cpu_index()];
    mine = {};
    unmask_debug();
    f();
    mask_debug();
    return mine;
}

void call_target() { reinterpret_cast<void (*)()>(breakpoint_target)(); }

void check_breakpoints(u64 cpu, u64 round) {
    set_mdscr(reg::MDSCR_EL1::MDE.mask() | reg::MDSCR_EL1::KDE.mask());
    const u64 count = (hw::read<reg::ID_AA64DFR0_EL1>() >> 12 & 0xf) + 1;
    expect(observe(call_target).count == 0, "a breakpoint hit that is not set");
    for (u64 n = 0; n < count && n < 6; ++n) {
        const u64 place = reinterpret_cast<u64>(breakpoint_target) + 4 * ((cpu * 3 + n + round) % 15);
        set_breakpoint(n, place, kBreakHere);
        const Seen& mine = observe(call_target);
        expect(mine.count == 1 && mine.exception_class == kBreakpoint && mine.pc == place, "breakpoint", n, "hit",
               mine.count, "times; ESR_EL1", hex(mine.esr), "ELR_EL1", hex(mine.pc), "instead of", hex(place));
        set_breakpoint(n, place, kBreakHere & ~u64{1});
        expect(observe(call_target).count == 0, "a breakpoint hit that is off:", n);
    }
    set_breakpoint(1, reinterpret_cast<u64>(breakpoint_target), kBreakHere);
    set_mdscr(reg::MDSCR_EL1::MDE.mask());
    expect(observe(call_target).count == 0, "a breakpoint at EL1 hit although MDSCR_EL1.KDE is 0");
    set_mdscr(0);
    set_breakpoint(1, 0, 0);
}

void check_watchpoint(u64 n, volatile u64& word) {
    const u64 address = reinterpret_cast<u64>(&word);
    const auto store_word = [&] { word = n; };
    const auto load_word = [&] { [[maybe_unused]] const u64 is = word; };
    for (const u64 kinds : {kLoads, kStores, kLoads | kStores}) {
        set_watchpoint(n, address, watch(kinds, 0xff));
        const Seen stored = observe(store_word);
        expect(stored.count == ((kinds & kStores) != 0 ? 1 : 0), "watchpoint", n, "of kind", kinds, "and a store: hits",
               stored.count);
        const Seen loaded = observe(load_word);
        expect(loaded.count == ((kinds & kLoads) != 0 ? 1 : 0), "watchpoint", n, "of kind", kinds, "and a load: hits",
               loaded.count);
        const Seen& hit = (kinds & kStores) != 0 ? stored : loaded;
        expect(hit.exception_class == kWatchpoint && hit.far == address, "watchpoint", n, "ESR_EL1", hex(hit.esr),
               "FAR_EL1", hex(hit.far), "instead of", hex(address));
        expect((hit.esr >> 6 & 1) == ((kinds & kStores) != 0 ? 1 : 0), "watchpoint", n, "WnR is wrong: ESR_EL1",
               hex(hit.esr));
        expect(observe([&] { *(&word + 1) = 1; }).count == 0, "watchpoint", n, "hit beside its address");
    }
    // The upper four bytes only.
    set_watchpoint(n, address, watch(kStores, 0xf0));
    auto* const halves = reinterpret_cast<volatile u32*>(address);
    expect(observe([&] { halves[0] = 1; }).count == 0, "watchpoint", n, "hit at bytes that are not selected");
    expect(observe([&] { halves[1] = 1; }).count == 1, "watchpoint", n, "did not hit at the selected bytes");
    set_watchpoint(n, 0, 0);
}

void check_watchpoints(u64 cpu, u64 round) {
    set_mdscr(reg::MDSCR_EL1::MDE.mask() | reg::MDSCR_EL1::KDE.mask());
    const u64 count = (hw::read<reg::ID_AA64DFR0_EL1>() >> 20 & 0xf) + 1;
    for (u64 n = 0; n < count && n < 4; ++n) check_watchpoint(n, watched[cpu][(n + round) % 7]);
    set_mdscr(0);
}

/// From behind one BRK to the other; then the place in X19 is the next.
void run_stepped_code() {
    asm volatile(
        "mov x20, sp\n\t"
        "adr x19, 1f\n\t"
        "bl stepped_code\n"
        "1: mov sp, x20" ::
            : "x0", "x19", "x20", "x30", "memory");
}

void check_steps() {
    const Seen& mine = observe(run_stepped_code);
    // One exception for each instruction that was run, at the next one: the offsets in targets.S, in words.
    constexpr u64 kExpected[] = {2, 3, 4, 6, 7, 9, 10, 11, 8};
    constexpr u64 kSteps = sizeof(kExpected) / sizeof(kExpected[0]);
    expect(mine.steps == kSteps, "steps:", mine.steps, "instead of", kSteps);
    for (u64 i = 0; i < kSteps; ++i) {
        const u64 place = reinterpret_cast<u64>(&stepped_code) + 4 * kExpected[i];
        expect(mine.stepped[i] == place, "step", i, "is at", hex(mine.stepped[i]), "instead of", hex(place));
    }
}

void run(u64 cpu) {
    // Debug exceptions are off while the OS lock is (Arm ARM D2.3): OSLAR_EL1, OSDLR_EL1.
    asm volatile("msr OSLAR_EL1, xzr\n\tmsr OSDLR_EL1, xzr\n\tisb" ::: "memory");
    barrier.wait(machine().cpus);
    for (u64 round = 0; round < rounds; ++round) {
        check_breakpoints(cpu, round);
        check_watchpoints(cpu, round);
        check_steps();
    }
    barrier.wait(machine().cpus);
}

}  // namespace

u64 main() {
    rounds = number_argument("rounds", 20);
    turn_on_mmu();
    set_exception_handler(on_exception);
    start_other_cpus(run);
    run(0);
    print("guest: breakpoints, watchpoints and steps on ", machine().cpus, " CPUs, ", rounds, " rounds\n");
    return 0;
}

}  // namespace guest
