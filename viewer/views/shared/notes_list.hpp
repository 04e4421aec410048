// SPDX-License-Identifier: Apache-2.0
// How notes are shown: all of the shown runs as a list, those of the selected event in its panel, a flag.
#pragma once

#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// All notes, the event's number before each; a click leads to the event.
void draw_notes_list(const Context& context, Rect inside);

/// The notes of the selected event in a few lines at the top of `inside`, which becomes what is below. A click opens
/// the field.
void draw_event_notes(const Context& context, Canvas& canvas, Rect& inside);

/// A flag whose pole stands at the left of `r`, as high as it.
void draw_flag(const Theme& theme, Canvas& canvas, const Rect& r);

/// Notes on an event as a part of a tooltip.
void tell_notes(const Context& context, Tooltip& tip, int side, model::EventIndex event);

}  // namespace ws::view
