// SPDX-License-Identifier: Apache-2.0
// The moment under the mouse, drawn through all that shows it.
#pragma once

#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// A thin line down `r` at `x`, if that is in it.
void moment_line(const Context& context, Canvas& canvas, const Rect& r, float x);
/// What the clock reads there, among the labels of an axis.
void moment_reading(const Context& context, Canvas& canvas, const Rect& labels, float x, double time);

}  // namespace ws::view
