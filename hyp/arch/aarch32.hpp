// SPDX-License-Identifier: Apache-2.0
// PSTATE as SPSR_ELx holds it of AArch32 code (Arm ARM C5.2.19, "When exception taken from AArch32 state"), and what a
// trapped instruction of such code needs: was it to be executed at all, and what comes after it (Arm ARM, ESR_ELx.CV
// and .COND; the pseudocode ConditionHolds() and ITAdvance()).
#pragma once

#include "syndrome.hpp"

namespace ws::aarch32 {

inline constexpr BitField kModeIs32{4, 4};   ///< M[4]; the rest of M is 0 for User
inline constexpr BitField kThumb{5, 5};      ///< T
inline constexpr BitField kBigEndian{9, 9};  ///< E
inline constexpr BitField kItLow{26, 25};    ///< IT[1:0]
inline constexpr BitField kItHigh{15, 10};   ///< IT[7:2]
inline constexpr BitField kFlags{31, 28};    ///< N Z C V

constexpr bool is_aarch32(u64 pstate) { return kModeIs32.get(pstate) != 0; }

constexpr u64 it_state(u64 pstate) { return kItHigh.get(pstate) << 2 | kItLow.get(pstate); }
constexpr u64 with_it_state(u64 pstate, u64 it) {
    return (pstate & ~(kItHigh.mask() | kItLow.mask())) | kItHigh.of(it >> 2) | kItLow.of(it & 3);
}

/// ITAdvance(): the IT block's next instruction, or its end. Outside of one, and in A32 code, IT is zero and stays so.
constexpr u64 advance_it(u64 pstate) {
    const u64 it = it_state(pstate);
    const u64 next = (it & 0x7) == 0 ? 0 : (it & 0xe0) | (it << 1 & 0x1f);
    return with_it_state(pstate, next);
}

/// ConditionHolds() for the four bits of a condition.
constexpr bool condition_holds(u64 condition, u64 pstate) {
    const u64 flags = kFlags.get(pstate);
    const bool n = (flags & 8) != 0, z = (flags & 4) != 0, c = (flags & 2) != 0, v = (flags & 1) != 0;
    bool holds = true;
    switch (condition >> 1) {
        case 0: holds = z; break;             // EQ
        case 1: holds = c; break;             // CS
        case 2: holds = n; break;             // MI
        case 3: holds = v; break;             // VS
        case 4: holds = c && !z; break;       // HI
        case 5: holds = n == v; break;        // GE
        case 6: holds = n == v && !z; break;  // GT
        default: return true;                 // AL
    }
    return holds != ((condition & 1) != 0);
}

/// Was the instruction that trapped to be executed? A CPU may trap one whose condition fails (Arm ARM, ESR_ELx.CV). The
/// syndrome has the condition, or for T32 code leaves it to the IT block: CV is clear. Of the classes that have CV.
constexpr bool is_executed(u64 esr, u64 pstate) {
    if (!is_aarch32(pstate)) return true;
    if (iss::cp::CV.get(esr) != 0) return condition_holds(iss::cp::COND.get(esr), pstate);
    const u64 it = it_state(pstate);
    return it == 0 || condition_holds(it >> 4, pstate);
}

}  // namespace ws::aarch32
