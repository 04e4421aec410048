// SPDX-License-Identifier: Apache-2.0
// A scale of instructions: where its marks are.
#pragma once

#include "viewer/views/draw/canvas.hpp"

namespace ws::view {

/// Maps net instructions to pixels.
struct InstructionAxis {
    double from;
    double to;
    float x0;
    float x1;

    double per_pixel() const { return (to - from) / static_cast<double>(x1 - x0); }
    float x(double time) const { return x0 + static_cast<float>((time - from) / per_pixel()); }
    double time(float x_) const { return from + static_cast<double>(x_ - x0) * per_pixel(); }
    /// The distance of two marks: 1, 2 or 5 times a power of ten, whose labels have room.
    double step(float least_pixels) const;
};

/// Marks through `lines` and their labels in `labels`.
void draw_axis(Canvas& canvas, const Theme& theme, const InstructionAxis& axis, const Rect& lines, const Rect& labels);

}  // namespace ws::view
