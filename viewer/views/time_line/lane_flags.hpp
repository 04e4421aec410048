// SPDX-License-Identifier: Apache-2.0
// Where the flags of events with notes stand on a CPU's lanes: at their top.
#pragma once

#include "viewer/views/time_line/event_ticks.hpp"
#include "viewer/views/time_line/lane_marks.hpp"
#include "viewer/views/shared/notes_list.hpp"

namespace ws::view {

/// Calls `draw(flag, first)`, with the place of the flag and that of its first event among the CPU's noted ones.
template <class Draw>
void for_each_flag(const Context& context, const Group& group, Draw draw) {
    const Theme& theme = context.theme;
    const auto& noted = context.state.notes.of(group.side).of_cpu(group.cpu);
    const float top = group.lane[0].r.y0;
    for_each_place(
        context.session.run(group.side).trace, noted, group.cpu, group.ticks, theme.px(10), [&](float x, auto first) {
            draw(Rect{x, top, x + theme.px(10), top + theme.px(15)}, static_cast<std::size_t>(first - noted.begin()));
        });
}

}  // namespace ws::view
