// SPDX-License-Identifier: Apache-2.0
// The integer names and the strong address types that the whole house uses.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace ws {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

/// A 64-bit number that is one kind of address and converts to no other.
/// The three kinds differ in who translates them, so mixing two is always a bug.
template <class Kind>
struct Address {
    u64 value = 0;

    constexpr Address() = default;
    constexpr explicit Address(u64 v) : value(v) {}

    friend constexpr auto operator<=>(Address, Address) = default;
    constexpr Address operator+(u64 offset) const { return Address(value + offset); }
    constexpr u64 operator-(Address other) const { return value - other.value; }
};

/// A physical address: what the board's bus sees.
using Pa = Address<struct PaKind>;
/// An intermediate physical address: what a guest believes to be physical (Arm ARM D8, stage 2 input).
using Ipa = Address<struct IpaKind>;
/// A virtual address of the hypervisor's own kernel. Worldswitch maps itself one to one, so its value equals a Pa.
using HostVa = Address<struct HostVaKind>;
/// A virtual address of a user process, which is a VMM.
using UserVa = Address<struct UserVaKind>;

/// Virtual machine identifier, the tag of stage 2 TLB entries (VTTBR_EL2.VMID).
enum class Vmid : u16 {};

}  // namespace ws
