// SPDX-License-Identifier: Apache-2.0
// A CPU of a run on the time line: three lanes with the steps in them, above them whose the CPU is, below them its
// events.
#pragma once

#include "viewer/views/time_line/lane_marks.hpp"

namespace ws::view {

/// Whose the CPU is where that is worth saying, three lanes, and below a mark for each event.
Rect lane_rect(const Theme& theme, const Rect& group, std::size_t lane, bool shared);
/// Where the steps of one depth are drawn: those in another one on its lower part.
LanePlace phase_place(const Theme& theme, const Group& group, std::size_t lane, std::size_t depth);

Group make_group(const Context& context, const InstructionAxis& axis, const Rect& area, Place of);
void draw_group(const Context& context, Canvas& canvas, const Group& group);

}  // namespace ws::view
