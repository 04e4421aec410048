// SPDX-License-Identifier: Apache-2.0
// The state of 32 interrupts, one bit each: what one register of
// GICD_ISENABLERn's kind covers.
#pragma once

#include <bit>

#include "../arch/types.hpp"

namespace ws::vgic {

inline constexpr u32 kBankInterrupts = 32;

constexpr u32 bank_of(u32 intid) { return intid / kBankInterrupts; }
constexpr u32 bit_of(u32 intid) { return u32{1} << (intid % kBankInterrupts); }
/// Takes the lowest bit out of `bits` and returns its number.
constexpr u32 take_lowest(u32& bits) {
    const u32 number = static_cast<u32>(std::countr_zero(bits));
    bits &= bits - 1;
    return number;
}

struct Bank {
    u32 enabled = 0;
    /// 1: group 1.
    u32 group = 0;
    /// 1: edge-triggered; 0: level-sensitive.
    u32 edge = 0;
    /// The wire, as its device drives it.
    u32 line = 0;
    /// Pending apart from the wire: an edge, an SGI, or a write to ISPENDR.
    /// Acknowledging clears it (IHI 0069 4.1.2). While the interrupt is in a list
    /// register as pending, that register has the latch and this bit is free for
    /// a new one.
    u32 latch = 0;
    u32 active = 0;
    /// In a list register of some vCPU, whose guest may change its state at any
    /// time.
    u32 listed = 0;
    /// Linked interrupts: the line was told anew since the interrupt was listed.
    u32 fresh = 0;
    u8 priority[kBankInterrupts] = {};

    u32 pending() const { return latch | (line & ~edge); }
};

}  // namespace ws::vgic
