// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_marks.hpp"

#include <algorithm>
#include <cmath>

#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/time_line/event_ticks.hpp"

namespace ws::view {

float x_of(const Context& context, const Group& group, model::EventIndex event) {
    const i64 net = context.session.run(group.side).trace.net(event) - group.ticks.origin;
    return group.ticks.axis.x(static_cast<double>(net));
}

void draw_stints(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    if (group.who.r.height() < 1) return;
    const model::Trace& trace = context.session.run(group.side).trace;
    const auto colour = [&](trace::Owner owner) {
        return owner == trace::kHost ? faded(theme.grid, 0.6F) : theme.owner(owner);
    };
    paint_lane(
        canvas, group.who, group.lanes->stints,
        [&](const Rect& r, u32 item) {
            const trace::Owner owner = group.timeline->stints[item].owner;
            canvas.fill({r.x0, r.y0, r.x1 - (r.width() > theme.px(4) ? 1.0F : 0.0F), r.y1}, colour(owner));
            const std::string name = owner == trace::kHost ? "idle" : trace.owner_name(owner);
            const bool fits = canvas.width(name, theme.fonts.small) + theme.px(8) <= r.width();
            if (!fits || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
            canvas.text(r.inset(theme.px(4), 0), name, theme.fonts.small,
                        owner == trace::kHost ? theme.faint : theme.text);
        },
        [&](double, std::size_t first, std::size_t count) {
            std::size_t longest = first;
            const auto& stints = group.lanes->stints;
            for (std::size_t i = first; i < first + std::min<std::size_t>(count, 16); ++i) {
                if (stints[i].end - stints[i].begin > stints[longest].end - stints[longest].begin) longest = i;
            }
            return colour(group.timeline->stints[stints[longest].item].owner);
        });
}

void draw_marks(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    const model::Trace& trace = context.session.run(group.side).trace;
    const auto& notable = context.session.links(group.side).notable[group.cpu];
    const float d = theme.px(4);
    const float y = group.ticks.r.y0 + d + 1;
    // One mark in its own width: what is nearer together is one to the eye.
    for_each_place(trace, notable, group.cpu, group.ticks, 2 * d, [&](float at, auto first) {
        const char* const cause = cause_of_mark(trace.event(*first));
        const float x = at + 0.5F;
        if (cause != nullptr) canvas.diamond({x, y}, d, theme.cause(cause).fill);
    });
}

}  // namespace ws::view
