// SPDX-License-Identifier: Apache-2.0
// Colours, fonts and sizes: everything that makes the look, once. Colour is cause, and the same in every view: the
// palette of Okabe and Ito, which colour-blind people can tell apart, with hatching where there are more causes.
#pragma once

#include <imgui.h>

#include <string>

namespace ws::view {

struct Fonts {
    ImFont* text = nullptr;
    ImFont* bold = nullptr;
    ImFont* small = nullptr;
    ImFont* title = nullptr;
    ImFont* figure = nullptr;  ///< the totals of the strips
    ImFont* mono = nullptr;    ///< registers, addresses, bits
};

/// How the time of a cause is painted.
struct CausePaint {
    ImU32 fill;
    ImU32 ink;  ///< text on it
    ImU32 hatch;
    bool hatched;
};

class Theme {
  public:
    Theme(bool dark, float scale);

    bool dark;
    float scale;
    Fonts fonts;

    ImU32 background, panel, border, text, muted, faint, grid, band, select, hover, link;

    /// A length given for scale 1, in whole pixels.
    float px(float length) const;
    CausePaint cause(const std::string& name) const;
    /// The ground of what belongs to a vCPU, numbered from 1; pale, since colour proper is for causes.
    ImU32 owner(unsigned number) const;
    /// Gives ImGui's own widgets the same look.
    void apply() const;
};

/// Loads the best fonts that are on this machine; ImGui's own where there are none.
Fonts load_fonts(float scale);

/// A colour with its opacity multiplied.
ImU32 faded(ImU32 colour, float opacity);

}  // namespace ws::view
