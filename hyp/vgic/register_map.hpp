// SPDX-License-Identifier: Apache-2.0
// Where the registers lie in the frames (IHI 0069 12.8 to 12.11), and which
// accesses there are.
#pragma once

#include "bank.hpp"

namespace ws::vgic {

inline constexpr u32 kDistributorBytes = 0x1'0000;
inline constexpr u32 kRedistributorBytes = 0x2'0000;
inline constexpr u32 kSgiBase = 0x1'0000;

inline constexpr u32 kGicdCtlr = 0x000, kGicdTyper = 0x004, kGicdIidr = 0x008;
inline constexpr u32 kGicdIrouter = 0x6000, kGicdIrouterEnd = 0x8000;
inline constexpr u32 kGicrIidr = 0x004, kGicrTyper = 0x008, kGicrWaker = 0x014;
inline constexpr u32 kFirstIdRegister = 0xffd0;

/// The registers that GICD has for the SPIs and GICR's SGI_base for SGIs and
/// PPIs, at the same offsets: bits 11:7 of the offset.
enum class BankRegister : u8 {
    igroupr = 1,
    isenabler = 2,
    icenabler = 3,
    ispendr = 4,
    icpendr = 5,
    isactiver = 6,
    icactiver = 7,
    ipriorityr = 8,
    icfgr = 24,
    none = 31
};

constexpr BankRegister bank_register(u32 offset) {
    if (offset < 0x080 || offset >= 0xd00) return BankRegister::none;
    if (offset < 0x400) return static_cast<BankRegister>(offset >> 7);
    if (offset < 0x800) return BankRegister::ipriorityr;
    return offset < 0xc00 ? BankRegister::none : BankRegister::icfgr;
}

/// The first interrupt that the register at `offset` is about: a bit, two bits
/// or a byte each.
constexpr u32 first_intid(u32 offset) {
    if (offset < 0x400) return (offset & 0x7c) * 8;
    return offset < 0x800 ? offset & 0x3ff : (offset & 0xfc) * 4;
}

/// Registers are accessed as a whole; those with a byte an interrupt also by
/// bytes (IHI 0069 12.1.3). Of the choices that there are for all other
/// accesses, the board's: they read as zero and ignore writes.
constexpr bool has_bytes(u32 offset) {
    return (offset >= 0x400 && offset < 0xc00) || (offset >= 0xf10 && offset < 0xf30);
}

/// Implementer Arm, product 'W'.
inline constexpr u32 kIidr = u32{'W'} << 24 | 0x43b;

/// PIDR4 to PIDR7, PIDR0 to PIDR3, CIDR0 to CIDR3: as Arm's own GICv3 have
/// them, ArchRev 3. `part`: PIDR0.
constexpr u32 id_register(u32 offset, u8 part) {
    const u8 values[] = {0x44, 0, 0, 0, part, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    return values[(offset - kFirstIdRegister) / 4];
}

}  // namespace ws::vgic
