// SPDX-License-Identifier: Apache-2.0
// A stretch of the time line that somebody measures: from where to where, and what it comes to.
#pragma once

#include "viewer/views/time_line/lane_group.hpp"

namespace ws::view {

/// Draws what was measured over the lanes of its run.
void draw_measured(const Context& context, Canvas& canvas, const std::vector<Group>& groups);

/// Measures from one place of the axis to another; while the mouse still moves, only what is quick to tell.
void measure(const Context& context, const Group& group, double from, double to, bool moving);

}  // namespace ws::view
