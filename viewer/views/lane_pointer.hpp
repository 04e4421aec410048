// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/views/lane_group.hpp"

namespace ws::view {

/// Says what of a CPU is under the mouse, and selects it on a click.
void inspect(const Context& context, const Group& group, ImVec2 mouse, bool click);

}  // namespace ws::view
