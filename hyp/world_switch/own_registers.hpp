// SPDX-License-Identifier: Apache-2.0
// The kernel's own registers, by the names that reach them where this design's kernel runs. One line a register:
//   at EL1 (split)               the EL1 name is its own
//   at EL2 with E2H (vhe)        the EL1 name is redirected to EL2's register: the source is the one of EL1
//   at EL2 without E2H (el2)     nothing is redirected: the EL2 name, chosen here at compile time
#pragma once

#include <type_traits>

#include "../arch/registers.hpp"
#include "this_design.hpp"

namespace ws::own {

inline constexpr bool kByEl2Names =
    ThisDesign::kKernelEl == 2 && (ThisDesign::kEl2Mode & reg::HCR_EL2::E2H.mask()) == 0;

template <class El1Name, class El2Name>
using Name = std::conditional_t<kByEl2Names, El2Name, El1Name>;

// What a process's exception left (user_entry.S has ELR and SPSR).
using ESR = Name<reg::ESR_EL1, reg::ESR_EL2>;
using FAR = Name<reg::FAR_EL1, reg::FAR_EL2>;
// The physical timer.
using CNTP_CTL = Name<reg::CNTP_CTL_EL0, reg::CNTHP_CTL_EL2>;
using CNTP_CVAL = Name<reg::CNTP_CVAL_EL0, reg::CNTHP_CVAL_EL2>;

}  // namespace ws::own
