// SPDX-License-Identifier: Apache-2.0
// The bits that are RES1 in Armv8.0: software writes them as one. What later versions of the architecture made of some
// is then switched off.
#pragma once

#include "types.hpp"

namespace ws::res1 {

inline constexpr u64 kSctlrEl1 = 0x30d0'0800;            ///< Arm ARM D17.2.118
inline constexpr u64 kSctlrEl2 = 0x30c5'0830;            ///< with E2H=0
inline constexpr u64 kTcrEl2 = 1ULL << 31 | 1ULL << 23;  ///< with E2H=0
inline constexpr u64 kCptrEl2 = 0x33ff;                  ///< with E2H=0
inline constexpr u64 kVtcrEl2 = 1ULL << 31;
inline constexpr u64 kMpidrEl1 = 1ULL << 31;  ///< and VMPIDR_EL2, which EL1 reads as it

}  // namespace ws::res1
