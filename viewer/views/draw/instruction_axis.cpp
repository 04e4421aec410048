// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/draw/instruction_axis.hpp"

#include <cmath>

#include "viewer/views/draw/text_format.hpp"

namespace ws::view {

double InstructionAxis::step(float least_pixels) const {
    const double wanted = std::max(1.0, per_pixel() * static_cast<double>(least_pixels));
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double times : {1.0, 2.0, 5.0}) {
        if (power * times >= wanted) return power * times;
    }
    return power * 10;
}

void draw_axis(Canvas& canvas, const Theme& theme, const InstructionAxis& axis, const Rect& lines, const Rect& labels) {
    const double step = axis.step(theme.px(90));
    for (double time = std::ceil(axis.from / step) * step; time <= axis.to; time += step) {
        const float x = std::floor(axis.x(time)) + 0.5F;
        canvas.line(x, lines.y0, x, lines.y1, theme.grid);
        const std::string label = grouped(static_cast<i64>(std::llround(time)));
        const float half = canvas.width(label, theme.fonts.small) / 2 + 1;
        if (x - half < labels.x0 || x + half > labels.x1) continue;
        canvas.text({x - half, labels.y0, x + half, labels.y1}, label, theme.fonts.small, theme.muted, Align::centre);
    }
}

}  // namespace ws::view
