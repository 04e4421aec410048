// SPDX-License-Identifier: Apache-2.0
#include "mmu.hpp"

#include "guest_machine.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/arch/res1.hpp"

namespace guest {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;

constexpr u64 kEntries = 512;
constexpr u64 kBlockShift = 30;

alignas(4096) u64 table[kEntries];  // level 1: 512 GiB
MmuState state{0, 0, 0, ws::res1::kSctlrEl1};

/// Block descriptors (Arm ARM D8.3.1): attribute index in bits 4:2, SH in 9:8, AF in 10, PXN and UXN in 54:53.
constexpr u64 kBlock = 1 | 1 << 10;
constexpr u64 kDevice = kBlock | 0ULL << 2 | 3ULL << 53;
constexpr u64 kNormal = kBlock | 1ULL << 2 | 3ULL << 8;
constexpr u64 kMair = 0x00 | 0xff << 8;  // 0: Device-nGnRnE, 1: Normal, write-back

}  // namespace

const MmuState& mmu_state() { return state; }

void turn_on_mmu() {
    const u64 first = machine().ram >> kBlockShift;
    const u64 last = (ram_end() - 1) >> kBlockShift;
    for (u64 i = 0; i < kEntries; ++i) table[i] = i << kBlockShift | (i >= first && i <= last ? kNormal : kDevice);

    // 39-bit addresses from TTBR0, 4 KiB granule, write-back inner shareable walks, none from TTBR1, 40-bit output.
    using reg::TCR_EL1;
    const u64 tcr = TCR_EL1::T0SZ.of(25) | TCR_EL1::IRGN0.of(1) | TCR_EL1::ORGN0.of(1) | TCR_EL1::SH0.of(3) |
                    TCR_EL1::EPD1.of(1) | TCR_EL1::IPS.of(2);
    using reg::SCTLR_EL1;
    const u64 sctlr = ws::res1::kSctlrEl1 | SCTLR_EL1::M.mask() | SCTLR_EL1::C.mask() | SCTLR_EL1::I.mask();
    state = {kMair, tcr, reinterpret_cast<u64>(table), sctlr};

    hw::write<reg::MAIR_EL1>(state.mair);
    hw::write<reg::TCR_EL1>(state.tcr);
    hw::write<reg::TTBR0_EL1>(state.ttbr0);
    asm volatile("dsb ish\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
    hw::write<reg::SCTLR_EL1>(state.sctlr);
    hw::isb();
}

}  // namespace guest
