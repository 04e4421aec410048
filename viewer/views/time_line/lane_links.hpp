// SPDX-License-Identifier: Apache-2.0
// What goes from CPU to CPU, or takes its time on one: kicks, and the ways of virtual interrupts.
#pragma once

#include "viewer/views/time_line/lane_group.hpp"

namespace ws::view {

/// An arrow for a kick, a line for each part of an interrupt's way. Of those that begin within a few pixels of each
/// other one is drawn, so that the work is that of the picture's width.
void draw_links(const Context& context, Canvas& canvas, const std::vector<Group>& groups);

}  // namespace ws::view
