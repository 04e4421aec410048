// SPDX-License-Identifier: Apache-2.0
// PSTATE as SPSR_ELx holds it of AArch64 code (Arm ARM C5.2.19): the modes, and what an exception masks. aarch32.hpp
// has that of AArch32 code.
#pragma once

#include "registers.hpp"

namespace ws {

/// M[4:0]: the exception level, and whether SP is that of EL0 (t) or of the level itself (h).
inline constexpr u64 kEl0t = 0b0'0000;
inline constexpr u64 kEl1t = 0b0'0100;
inline constexpr u64 kEl1h = 0b0'0101;

/// Debug exceptions, SError, IRQ and FIQ wait.
inline constexpr u64 kAllMasked =
    reg::SPSR_EL1::D.mask() | reg::SPSR_EL1::A.mask() | reg::SPSR_EL1::I.mask() | reg::SPSR_EL1::F.mask();
inline constexpr u64 kEl1hMasked = kAllMasked | kEl1h;

}  // namespace ws
