// SPDX-License-Identifier: Apache-2.0
#include "upper_range.hpp"

#include "guests/lib/guest_machine.hpp"
#include "guests/lib/mmu.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;
using TCR = reg::TCR_EL1;

constexpr u64 kMostTableBytes = 0x1'0000;

/// Indices that differ from level to level, and none of which is zero.
constexpr u64 kPattern = 0x0000'9a5a'6b2d'a000;

void forget_translations() { asm volatile("dsb ish\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory"); }

u64 first_table() { return (free_start() + kMostTableBytes - 1) & ~(kMostTableBytes - 1); }

/// Once: what one address has left in them leads nowhere for another.
void clear_tables() {
    static bool clear = false;
    if (clear) return;
    clear = true;
    constexpr u64 kLevels = 4;
    auto* const words = reinterpret_cast<volatile u64*>(first_table());
    for (u64 i = 0; i < kLevels * kMostTableBytes / 8; ++i) words[i] = 0;
}

}  // namespace

bool is_there(const Granule& granule) {
    const u64 features = hw::read<reg::ID_AA64MMFR0_EL1>();
    if (granule.bits == 12) return (features >> 28 & 0xf) != 0xf;
    if (granule.bits == 16) return (features >> 24 & 0xf) != 0xf;
    return (features >> 20 & 0xf) != 0;
}

UpperRange::UpperRange(const Granule& granule, unsigned address_bits) : granule_(granule), address_bits_(address_bits) {
    while (shift(first_level_ - 1) < address_bits) --first_level_;
    const u64 within = (u64{1} << address_bits) - 1;
    address_ = ~within | (kPattern & within & ~(bytes_at(kLastLevel) - 1));
    clear_tables();
    for (int level = first_level_; level <= kLastLevel; ++level) descriptor(level) = 0;
}

u64 UpperRange::table(int level) const { return first_table() + static_cast<u64>(level) * kMostTableBytes; }

volatile u64& UpperRange::descriptor(int level) const {
    const u64 in_range = address_ & ((u64{1} << address_bits_) - 1);
    const u64 index = in_range >> shift(level) & ((u64{1} << (granule_.bits - 3)) - 1);
    return reinterpret_cast<volatile u64*>(table(level))[index];
}

void UpperRange::chain_down_to(int level) const {
    for (int l = first_level_; l < level; ++l) descriptor(l) = table(l + 1) | kTable;
}

void UpperRange::use(u64 first_table, u64 flags) const {
    const u64 lower = mmu_state().tcr & ~TCR::EPD1.mask();
    hw::write<reg::TTBR1_EL1>(first_table);
    hw::write<TCR>(lower | TCR::TG1.of(granule_.tg1) | TCR::T1SZ.of(64 - address_bits_) | TCR::IRGN1.of(1) |
                   TCR::ORGN1.of(1) | TCR::SH1.of(3) | flags);
    forget_translations();
}

void UpperRange::leave() {
    hw::write<TCR>(mmu_state().tcr);
    forget_translations();
}

}  // namespace guest
