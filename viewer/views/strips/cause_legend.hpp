// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// The legend of the strips, which is a table as well: a column a cause, a line a run.
void draw_causes(const Context& context, Canvas& canvas, const Rect& area, float gutter);

}  // namespace ws::view
