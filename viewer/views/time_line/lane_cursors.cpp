// SPDX-License-Identifier: Apache-2.0
// What stands over a CPU's lanes from top to bottom: what was found, and the selected event.
#include <cmath>

#include "viewer/views/time_line/event_ticks.hpp"
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

Rect all_lanes(const Group& group) {
    return {group.ticks.r.x0, group.lane[0].r.y0, group.ticks.r.x1, group.ticks.r.y1};
}

/// A tick for as many as there are within a few pixels.
class FoundTicks : public LaneItem {
  public:
    Rect range(const Group& group) const override { return all_lanes(group); }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        const Theme& theme = context.theme;
        const Rect whole = range(group);
        if (context.state.search.side() != group.side) return;
        const float d = theme.px(4);
        for_each_found(context, group.side, group.cpu, group.ticks, d, [&](float x) {
            canvas.fill({x, whole.y0, x + 1, whole.y1}, faded(theme.link, 0.45F));
            canvas.fill({x - theme.px(1), whole.y0, x + theme.px(2), whole.y0 + theme.px(7)}, theme.link);
        });
    }
};

class SelectedEvent : public LaneItem {
  public:
    Rect range(const Group& group) const override { return all_lanes(group); }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        const Theme& theme = context.theme;
        const model::Trace& trace = context.session.run(group.side).trace;
        const LanePlace& place = group.ticks;
        if (context.state.selection.side() != group.side || context.state.selection.event() == model::kNoEvent) return;
        const model::Event& event = trace.event(context.state.selection.event());
        if (event.cpu() != group.cpu) return;
        const float x = std::floor(place.axis.x(static_cast<double>(event.net - place.origin))) + 0.5F;
        if (x < place.r.x0 || x > place.r.x1) return;
        canvas.line(x, group.lane[0].r.y0, x, place.r.y1, theme.link, theme.px(2));
        const float d = theme.px(5);
        canvas.triangle({x, place.r.y1 - d}, {x + d, place.r.y1}, {x - d, place.r.y1}, theme.link);
    }
};

}  // namespace

std::unique_ptr<LaneItem> make_found_ticks() {
    return std::make_unique<FoundTicks>();
}

std::unique_ptr<LaneItem> make_selected_event() {
    return std::make_unique<SelectedEvent>();
}

}  // namespace ws::view
