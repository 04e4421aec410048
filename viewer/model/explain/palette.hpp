// SPDX-License-Identifier: Apache-2.0
// The colours of causes, for whoever draws: the window and reports. Okabe and Ito's palette, which colour-blind people
// can tell apart, with hatching where there are more causes than colours.
#pragma once

#include "hyp/arch/types.hpp"

namespace ws::model {

struct CauseColour {
    const char* cause;
    u32 colour;    ///< 0xRRGGBB
    bool light;    ///< bright enough for dark text
    bool hatched;  ///< the second cause with this colour
};

// Okabe and Ito, "Color Universal Design" (2008). Parts that share a colour are of one family;
// the interrupt controller's code has the green of its registers, paler.
inline constexpr CauseColour kCauseColours[] = {
    {"general", 0xf0e442, true, false},
    {"fp", 0xe69f00, true, false},
    {"el1", 0x0072b2, false, false},
    {"vgic", 0x009e73, false, false},
    {"timer", 0x009e73, false, true},
    {"debug", 0xcc79a7, true, false},
    {"trap_config", 0xd55e00, false, false},
    {"stage2", 0xd55e00, false, true},
    {"handler", 0x56b4e9, true, false},
    {"vmm", 0x56b4e9, true, true},
    {"interrupt_controller", 0x80cebb, true, false},
};
/// Okabe and Ito's black, which is the part `transitions`; on a dark ground its opposite.
inline constexpr u32 kTransitionColour[] = {0x2b2f36, 0xe4e6ea};  // light, dark
/// All other causes, hatched.
inline constexpr u32 kOtherColour[] = {0xb4bac4, 0x59616d};

}  // namespace ws::model
