// SPDX-License-Identifier: Apache-2.0
// AT: the CPU translates an address for software (Arm ARM D8.11).
#pragma once

#include "barriers.hpp"
#include "sysreg_access.hpp"

namespace ws::hw {

/// PAR_EL1 after `stage 1` or `stages 1 and 2` of EL1&0 for a read at EL1. While the guest's translation is in place.
/// The guest's own PAR_EL1 comes back.
template <bool both_stages>
u64 translate_guest_address(u64 address) {
    const u64 guests = read<reg::PAR_EL1>();
    if constexpr (both_stages) {
        asm volatile("at s12e1r, %0" ::"r"(address) : "memory");
    } else {
        asm volatile("at s1e1r, %0" ::"r"(address) : "memory");
    }
    isb();
    const u64 result = read<reg::PAR_EL1>();
    write<reg::PAR_EL1>(guests);
    return result;
}

/// Bits 47 to 12 of PAR_EL1: the page.
inline constexpr u64 kParPage = 0x0000'ffff'ffff'f000;

}  // namespace ws::hw
