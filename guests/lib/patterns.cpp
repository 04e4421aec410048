// SPDX-License-Identifier: Apache-2.0
#include "patterns.hpp"

#include <utility>

#include "hyp/arch/hw/sysreg_access.hpp"
#include "random.hpp"
#include "smp.hpp"

namespace guest {

namespace {

using ws::RegisterClass;
using ws::SysregId;
namespace hw = ws::hw;
namespace reg = ws::reg;

extern "C" void spin_with_patterns(const CorePatterns* before, CorePatterns* after);

constexpr u64 kNzcv = 0xf000'0000;

/// Registers that this guest needs as they are, or that interrupts change.
constexpr bool is_needed(SysregId id) {
    switch (id) {
        case SysregId::SCTLR_EL1:
        case SysregId::CPACR_EL1:
        case SysregId::TTBR0_EL1:
        case SysregId::TCR_EL1:
        case SysregId::VBAR_EL1:
        case SysregId::ESR_EL1:
        case SysregId::FAR_EL1:
        case SysregId::ELR_EL1:
        case SysregId::SPSR_EL1:
        case SysregId::MDSCR_EL1: return true;
        default: return false;
    }
}

template <SysregId id>
constexpr bool has_pattern() {
    const ws::SysregInfo& row = ws::info(id);
    const RegisterClass c = row.register_class;
    const bool kept = c == RegisterClass::el1 || c == RegisterClass::user || c == RegisterClass::fp ||
                      c == RegisterClass::breakpoints;
    const bool hypervisors = row.encoding.op1 == 4;
    return kept && !hypervisors && !is_needed(id);
}

/// The part of a pattern that may go into the register without changing what the guest needs.
template <SysregId id>
u64 harmless(u64 bits) {
    switch (id) {
        case SysregId::MAIR_EL1: return (bits & ~u64{0xffff}) | (hw::read<id>() & 0xffff);  // 0 and 1 are in use
        case SysregId::CNTKCTL_EL1: return bits & 0x303;
        case SysregId::CSSELR_EL1: return bits & 0x3;
        case SysregId::FPCR: return bits & (reg::FPCR::DN.mask() | reg::FPCR::FZ.mask() | reg::FPCR::RMode.mask());
        default: break;
    }
    if (ws::info(id).register_class == RegisterClass::breakpoints) return bits & ~u64{1};  // E stays clear
    return bits;
}

template <class F>
void for_each_with_pattern(F f) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (
            [&] {
                constexpr auto id = static_cast<SysregId>(i);
                if constexpr (has_pattern<id>()) f.template operator()<id>();
            }(),
            ...);
    }(std::make_index_sequence<ws::kSysregCount>{});
}

void compare(const char* name, u64 number, u64 is, u64 was, u64 round) {
    expect(is == was, "register", name, number, "was", hex(was), "and is", hex(is), "in round", round, "on CPU",
           cpu_index());
}

}  // namespace

void PatternedCpu::fill_system_registers(u64 seed) {
    for_each_with_pattern([&]<SysregId id>() { hw::write<id>(harmless<id>(mix(seed + 300 + static_cast<u64>(id)))); });
    asm volatile("isb" ::: "memory");
    // Not every bit of every register can be written: what the hardware kept is what must stay.
    for_each_with_pattern([&]<SysregId id>() { system_registers_[static_cast<u64>(id)] = hw::read<id>(); });
}

void PatternedCpu::verify_system_registers(u64 round) {
    for_each_with_pattern([&]<SysregId id>() {
        compare(ws::info(id).name, 0, hw::read<id>(), system_registers_[static_cast<u64>(id)], round);
    });
}

void PatternedCpu::fill(u64 seed) {
    u64 n = mix(seed);
    for (u64& x : before_.x) x = mix(++n);
    for (u64& v : before_.v) v = mix(++n);
    before_.sp_el0 = mix(++n);
    before_.nzcv = mix(++n) & kNzcv;
    fill_system_registers(n);
}

void PatternedCpu::spin(u64 spins) {
    before_.x[30] = spins;
    spin_with_patterns(&before_, &after_);
}

void PatternedCpu::verify(u64 round) {
    for (u64 i = 0; i < 30; ++i) compare("X", i, after_.x[i], before_.x[i], round);
    compare("X", 30, after_.x[30], 0, round);
    for (u64 i = 0; i < 64; ++i)
        compare(i % 2 == 0 ? "V (lower half)" : "V (upper half)", i / 2, after_.v[i], before_.v[i], round);
    compare("SP_EL0", 0, after_.sp_el0, before_.sp_el0, round);
    compare("NZCV", 0, after_.nzcv, before_.nzcv, round);
    verify_system_registers(round);
}

}  // namespace guest
