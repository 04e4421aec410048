// SPDX-License-Identifier: Apache-2.0
// Draws intervals of any number: what is narrower than a pixel or two is merged into columns, so that the work is that
// of the picture's width.
#pragma once

#include <functional>
#include <optional>

#include "viewer/views/draw/instruction_axis.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// One lane's place on the screen; `origin` is the net time that the axis calls 0.
struct LanePlace {
    InstructionAxis axis;
    Rect r;
    i64 origin;
};

/// Pixels of a column in which narrow intervals are merged.
inline constexpr float kColumn = 3;

/// Draws an interval that is wide enough to be one.
using PaintItem = std::function<void(const Rect&, u32 item)>;
/// The colour of a column of `count` intervals from place `first` on that fill about the part `density` of it.
using ColumnColour = std::function<ImU32(double density, std::size_t first, std::size_t count)>;

/// Columns of the same colour side by side are one rectangle.
void paint_lane(Canvas& canvas, const LanePlace& place, const model::LaneIndex& lane, const PaintItem& item,
                const ColumnColour& colour);

/// The interval under `x`, within a pixel; nothing if there is none.
std::optional<model::LaneIndex::Interval> find_in_lane(const LanePlace& place, const model::LaneIndex& lane, float x);

}  // namespace ws::view
