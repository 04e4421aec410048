// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/views/time_line/lane_group.hpp"

namespace ws::view {

/// What the mouse's button does: a click is known when it is let go, a double one when it is pressed again.
enum class Press { none, once, twice };

/// Says what of a CPU is under the mouse, selects it on a click, and shows a step or a span at full width on a double
/// one.
void inspect(const Context& context, const Group& group, ImVec2 mouse, Press press);

}  // namespace ws::view
