// SPDX-License-Identifier: Apache-2.0
// What is drawn of a CPU beside its lanes: whose it is, and a mark for each event that is more than a step of a switch.
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

/// Whose the CPU is: a vCPU's colour and name, or the word idle.
void draw_stints(const Context& context, Canvas& canvas, const Group& group);

/// A diamond in its cause's colour for each event that is more than a step of a switch.
void draw_marks(const Context& context, Canvas& canvas, const Group& group);

}  // namespace ws::view
