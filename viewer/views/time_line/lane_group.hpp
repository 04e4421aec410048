// SPDX-License-Identifier: Apache-2.0
// A CPU of a run on the time line: where its lanes are, and the lists that they are drawn from.
#pragma once

#include "viewer/views/time_line/lane_painter.hpp"

namespace ws::view {

/// A CPU of a run.
struct Place {
    int side;
    u32 cpu;
};

/// A CPU's part of the view.
struct Group {
    int side;
    u32 cpu;
    const model::CpuLanes* lanes;
    const model::CpuTimeline* timeline;
    const model::CpuEvents* events;
    LanePlace lane[model::kLanes];
    LanePlace ticks;
    LanePlace who;
};

/// Where an event is on the group's axis.
float x_of(const Context& context, const Group& group, model::EventIndex event);

/// Whose the CPU is where that is worth saying, three lanes, and below a mark for each event.
Rect lane_rect(const Theme& theme, const Rect& group, std::size_t lane, bool shared);

Group make_group(const Context& context, const InstructionAxis& axis, const Rect& area, Place of);

}  // namespace ws::view
