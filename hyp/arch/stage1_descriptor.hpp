// SPDX-License-Identifier: Apache-2.0
// Stage 1 descriptors with a 4 KiB granule (Arm ARM D8.3.1 and D8.3.2): of EL1&0, of EL2&0 with E2H, and where noted of
// EL2 alone.
#pragma once

#include "registers.hpp"

namespace ws::stage1 {

inline constexpr u64 kValid = 1;
inline constexpr u64 kTableOrPage = 2;
inline constexpr BitField kAttrIndx{4, 2};
inline constexpr u64 kAp1 = 1ULL << 6;  ///< EL0 may access; EL2 without E2H: must be one
inline constexpr u64 kReadOnly = 1ULL << 7;
inline constexpr u64 kInnerShareable = 3ULL << 8;
inline constexpr u64 kAccessFlag = 1ULL << 10;
inline constexpr u64 kNotGlobal = 1ULL << 11;
inline constexpr u64 kPxn = 1ULL << 53;
inline constexpr u64 kUxnOrXn = 1ULL << 54;  ///< EL2 without E2H has one privilege level, and XN
inline constexpr u64 kAddressMask = 0x0000'ffff'ffff'f000;

inline constexpr u64 kEntries = 512;
/// What an entry of a table at `level`, 1 to 3, maps.
constexpr u64 bytes_at(unsigned level) { return 1ULL << (12 + 9 * (3 - level)); }
constexpr u64 index_at(u64 address, unsigned level) { return (address / bytes_at(level)) % kEntries; }

}  // namespace ws::stage1
