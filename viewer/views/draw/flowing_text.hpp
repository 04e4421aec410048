// SPDX-License-Identifier: Apache-2.0
// Paragraphs below each other, in a place that may be scrolled.
#pragma once

#include "viewer/views/draw/canvas.hpp"

namespace ws::view {

class FlowingText {
  public:
    /// From the top of `place`, as wide as it is; how far it goes is told to ImGui's cursor.
    FlowingText(const Theme& theme, const Rect& place) : theme_(theme), canvas_(theme), place_(place) {}

    void write(const std::string& words, ImFont* font, ImU32 colour);
    void write_all(const std::vector<std::string>& paragraphs, ImFont* font, ImU32 colour);
    /// Pixels for scale 1.
    void space(float pixels);
    /// A line from side to side.
    void line();
    /// So many pixels of the whole width, for something else than text.
    Rect take(float height);
    float y() const { return place_.y0; }

  private:
    const Theme& theme_;
    Canvas canvas_;
    Rect place_;
};

}  // namespace ws::view
