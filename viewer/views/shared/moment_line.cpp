// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/moment_line.hpp"

#include <cmath>

#include "viewer/views/draw/text_format.hpp"

namespace ws::view {

void moment_line(const Context& context, Canvas& canvas, const Rect& r, float x) {
    if (x < r.x0 || x > r.x1) return;
    const float middle = std::floor(x) + 0.5F;
    canvas.line(middle, r.y0, middle, r.y1, context.theme.text, 1);
}

void moment_reading(const Context& context, Canvas& canvas, const Rect& labels, float x, double time) {
    const Theme& theme = context.theme;
    const auto instructions = static_cast<i64>(std::floor(time));
    const std::string text = grouped(instructions, true) + " instructions after the trap";
    const float width = canvas.width(text, theme.fonts.small) + theme.px(14);
    // To the left, where no tooltip covers it.
    const float x0 = x - width >= labels.x0 ? x - width : x;
    const Rect pill{x0, labels.y0 + 1, x0 + width, labels.y1 - 1};
    canvas.fill(pill, theme.text, theme.px(4));
    canvas.text(pill, text, theme.fonts.small, theme.panel, Align::centre);
}

}  // namespace ws::view
