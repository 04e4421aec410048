// SPDX-License-Identifier: Apache-2.0
// Turning a stage 1 regime on.
#pragma once

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/sysreg_access.hpp"
#include "../arch/res1.hpp"
#include "address_space.hpp"

namespace ws {

/// PS/IPS for the smaller of what the CPU implements and 40 bits, the most that a 39-bit map can need.
inline u64 output_address_size() {
    const u64 implemented = reg::ID_AA64MMFR0_EL1::PARange.get(hw::read<reg::ID_AA64MMFR0_EL1>());
    constexpr u64 k40Bits = 2;
    return implemented < k40Bits ? implemented : k40Bits;
}

/// EL1&0, from EL1 or from EL2; with E2H the same lines, run at EL2, turn on EL2&0: the names are redirected.
inline void turn_on_el1_translation(const AddressSpace& space) {
    using T = reg::TCR_EL1;
    using S = reg::SCTLR_EL1;
    hw::dsb_sy();  // the walker sees the tables
    hw::write<reg::MAIR_EL1>(AddressSpace::kMair);
    hw::write<reg::TCR_EL1>(T::T0SZ.of(64 - AddressSpace::kAddressBits) | T::IRGN0.of(1) | T::ORGN0.of(1) |
                            T::SH0.of(3) | T::TG0.of(0) | T::EPD1.mask() | T::IPS.of(output_address_size()));
    hw::write<reg::TTBR0_EL1>(space.root().value);
    hw::write<reg::TTBR1_EL1>(0);
    hw::isb();
    hw::write<reg::SCTLR_EL1>(res1::kSctlrEl1 | S::M.mask() | S::C.mask() | S::I.mask() | S::SA.mask() | S::WXN.mask());
    hw::isb();
}

/// EL2's own regime, E2H=0.
inline void turn_on_el2_translation(const AddressSpace& space) {
    using T = reg::TCR_EL2;
    using S = reg::SCTLR_EL2;
    hw::dsb_sy();  // the walker sees the tables
    hw::write<reg::MAIR_EL2>(AddressSpace::kMair);
    hw::write<reg::TCR_EL2>(res1::kTcrEl2 | T::T0SZ.of(64 - AddressSpace::kAddressBits) | T::IRGN0.of(1) |
                            T::ORGN0.of(1) | T::SH0.of(3) | T::PS.of(output_address_size()));
    hw::write<reg::TTBR0_EL2>(space.root().value);
    hw::isb();
    hw::write<reg::SCTLR_EL2>(res1::kSctlrEl2 | S::M.mask() | S::C.mask() | S::I.mask() | S::SA.mask() | S::WXN.mask());
    hw::isb();
}

}  // namespace ws
