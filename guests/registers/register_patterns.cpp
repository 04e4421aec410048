// SPDX-License-Identifier: Apache-2.0
#include "register_patterns.hpp"

#include <utility>

#include "guests/lib/guest.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/arch/res1.hpp"
#include "hyp/world_switch/class_state.hpp"

namespace guest {

alignas(16) RegisterPatterns before;
alignas(16) RegisterPatterns after;

namespace {

using ws::RegisterClass;
using ws::SysregId;

u64 expected_daif;
u64 expected_sysregs[ws::kSysregCount];

/// A new number for each register and each filling (SplitMix64's finaliser).
u64 pattern(u64 filling, u64 n) {
    u64 z = filling * 0x9E37'79B9'7F4A'7C15 + n * 0xD1B5'4A32'D192'ED03 + 1;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
}

/// The part of `pattern` that may go into the register without changing what this guest needs to run: MMU off, FP/SIMD
/// free, no interrupt, no breakpoint.
template <SysregId id>
u64 harmless(u64 bits) {
    using namespace ws::reg;
    switch (id) {
        case SysregId::SCTLR_EL1:
            return ws::res1::kSctlrEl1 |
                   (bits & (SCTLR_EL1::UCT.mask() | SCTLR_EL1::DZE.mask() | SCTLR_EL1::UMA.mask() |
                            SCTLR_EL1::nTWE.mask() | SCTLR_EL1::nTWI.mask() | SCTLR_EL1::I.mask()));
        case SysregId::CPACR_EL1: return CPACR_EL1::FPEN.mask() | (bits & CPACR_EL1::TTA.mask());
        case SysregId::CNTKCTL_EL1: return bits & 0x303;  // who may use timers and counters at EL0
        case SysregId::CSSELR_EL1: return bits & 0x3;
        case SysregId::CNTV_CTL_EL0: return CNTV_CTL_EL0::IMASK.mask() | (bits & CNTV_CTL_EL0::ENABLE.mask());
        case SysregId::CNTV_CVAL_EL0: return bits | (1ULL << 62);  // never comes
        case SysregId::MDSCR_EL1: return bits & MDSCR_EL1::TDCC.mask();
        case SysregId::FPCR: return bits & (FPCR::DN.mask() | FPCR::FZ.mask() | FPCR::RMode.mask());
        default: break;
    }
    const RegisterClass c = ws::info(id).register_class;
    if (c == RegisterClass::breakpoints) return bits & ~u64{1};  // DBGBCR.E and DBGWCR.E stay clear
    return bits;
}

/// Which rows of the table a guest at EL1 can name.
template <SysregId id>
constexpr bool is_mine() {
    const ws::SysregInfo& row = ws::info(id);
    const RegisterClass c = row.register_class;
    const bool switched = c == RegisterClass::el1 || c == RegisterClass::user || c == RegisterClass::fp ||
                          c == RegisterClass::timer || c == RegisterClass::debug || c == RegisterClass::breakpoints;
    const bool hypervisors = row.encoding.op1 == 4;  // EL2's, and SP_EL1, which round.S uses
    return switched && !hypervisors;
}

constexpr bool is_debug(SysregId id) {
    const RegisterClass c = ws::info(id).register_class;
    return c == RegisterClass::debug || c == RegisterClass::breakpoints;
}

template <class F>
void for_each_of_mine(F f) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (
            [&] {
                constexpr auto id = static_cast<SysregId>(i);
                if constexpr (is_mine<id>()) f.template operator()<id>();
            }(),
            ...);
    }(std::make_index_sequence<ws::kSysregCount>{});
}

/// The virtual interrupt controller's registers that a guest may write: they are what ICH_VMCR_EL2 and ICH_AP*R0_EL2
/// keep.
struct VirtualInterface {
    u64 priority_mask, binary_point0, binary_point1, group0, group1, active0, active1;
};
VirtualInterface expected_interface;

#define WS_ICC_REGISTERS(f)                                                                                       \
    f(priority_mask, "ICC_PMR_EL1", 0xf8) f(binary_point0, "ICC_BPR0_EL1", 7) f(binary_point1, "ICC_BPR1_EL1", 7) \
        f(group0, "ICC_IGRPEN0_EL1", 1) f(group1, "ICC_IGRPEN1_EL1", 1) f(active0, "ICC_AP0R0_EL1", 0xffff'ffff)  \
            f(active1, "ICC_AP1R0_EL1", 0xffff'ffff)

void fill_interface(u64 filling) {
    u64 n = 200;
#define WS_FILL(name, its_name, mask) asm volatile("msr " its_name ", %0" ::"r"(pattern(filling, n++) & (mask)));
    WS_ICC_REGISTERS(WS_FILL)
#undef WS_FILL
    // Whatever the pattern: the interrupt that ends a WFI gets through.
    ws::hw::write<ws::reg::ICC_PMR_EL1>((pattern(filling, 200) & 0xf8) | 0x08);
    ws::hw::write<ws::reg::ICC_IGRPEN1_EL1>(1);
    asm volatile("isb" ::: "memory");
#define WS_KEEP(name, its_name, mask) asm volatile("mrs %0, " its_name : "=r"(expected_interface.name));
    WS_ICC_REGISTERS(WS_KEEP)
#undef WS_KEEP
}

}  // namespace

void fill_registers(u64 filling) {
    for (u64 i = 0; i < 31; ++i) before.x[i] = pattern(filling, i);
    before.sp_el0 = pattern(filling, 31);
    for (u64 i = 0; i < 64; ++i) before.v[i] = pattern(filling, 100 + i);
    const auto write = [&](bool debug) {
        for_each_of_mine([&]<SysregId id>() {
            if (is_debug(id) == debug) ws::hw::write<id>(harmless<id>(pattern(filling, 300 + static_cast<u64>(id))));
        });
    };
    // Not every bit of every register can be written: what the hardware kept is what must stay.
    const auto expect = [&](bool debug) {
        for_each_of_mine([&]<SysregId id>() {
            if (is_debug(id) == debug) expected_sysregs[static_cast<u64>(id)] = ws::hw::read<id>();
        });
    };
    // No trap comes between the writing of a register and the look at what was kept of it, or what a trap loses would
    // be expected.
    write(true);
    write(false);
    asm volatile("isb" ::: "memory");
    expect(false);
    expect(true);
    fill_interface(filling);
    // PSTATE: debug exceptions and SError masked or not; neither will come.
    constexpr u64 kMayChange = ws::reg::DAIF::D.mask() | ws::reg::DAIF::A.mask();
    ws::hw::write<ws::reg::DAIF>(ws::reg::DAIF::I.mask() | ws::reg::DAIF::F.mask() |
                                 (pattern(filling, 400) & kMayChange));
    expected_daif = ws::hw::read<ws::reg::DAIF>();
}

void look_at_registers(u64 result, bool debug, void (*look)(const SeenRegister&)) {
    for (u32 i = 0; i < 31; ++i) look({Kept::general_purpose, i, "", i == 0 ? result : before.x[i], after.x[i]});
    look({Kept::sp_el0, 0, "SP_EL0", before.sp_el0, after.sp_el0});
    for (u32 i = 0; i < 64; ++i) look({Kept::simd, i, "", before.v[i], after.v[i]});
    for_each_of_mine([&]<SysregId id>() {
        if (is_debug(id) && !debug) return;
        constexpr auto number = static_cast<u32>(id);
        look({Kept::system, number, ws::info(id).name, expected_sysregs[number], ws::hw::read<id>()});
    });
    look({Kept::pstate, 0, "DAIF", expected_daif, ws::hw::read<ws::reg::DAIF>()});
    u64 is = 0;
    u32 number = 0;
#define WS_LOOK(name, its_name, mask)             \
    asm volatile("mrs %0, " its_name : "=r"(is)); \
    look({Kept::interrupt_interface, number++, its_name, expected_interface.name, is});
    WS_ICC_REGISTERS(WS_LOOK)
#undef WS_LOOK
}

}  // namespace guest
