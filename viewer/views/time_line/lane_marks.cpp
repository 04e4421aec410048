// SPDX-License-Identifier: Apache-2.0
// A CPU's events, below its lanes: a tick for each, and a diamond for those that are more than a step of a switch.
#include <algorithm>
#include <cmath>

#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/time_line/event_ticks.hpp"
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

template <class Events>
model::EventIndex nearest_of(const Context& context, const Group& group, const Events& events, float x) {
    const model::Trace& trace = context.session.run(group.side).trace;
    const auto net = static_cast<i64>(std::llround(group.ticks.axis.time(x))) + group.ticks.origin;
    const auto by_net = [&trace](model::EventIndex event, i64 time) { return trace.net(event) < time; };
    auto at = std::lower_bound(events.begin(), events.end(), net, by_net);
    if (at == events.end() || (at != events.begin() && net - trace.net(*(at - 1)) < trace.net(*at) - net)) {
        --at;
    }
    return *at;
}

/// The event nearest to `x`; one with a mark rather than a plain one close by.
model::EventIndex nearest_event(const Context& context, const Group& group, float x) {
    const auto& notable = context.session.links(group.side).notable[group.cpu];
    const float near_mark = context.theme.px(4);
    if (!notable.empty()) {
        const model::EventIndex marked = nearest_of(context, group, notable, x);
        if (std::abs(x_of(context, group, marked) - x) <= near_mark) return marked;
    }
    return nearest_of(context, group, *group.events, x);
}

class EventTicks : public LaneItem {
  public:
    Rect range(const Group& group) const override { return group.ticks.r; }

    /// Where there is a tick in each of many columns side by side, a band for all of them.
    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        static constexpr float kCrowd = 16 * kColumn;
        const Theme& theme = context.theme;
        const model::Trace& trace = context.session.run(group.side).trace;
        const LanePlace& place = group.ticks;
        const float top = place.r.y0 + theme.px(3);
        const i64 last = place.origin + static_cast<i64>(std::ceil(place.axis.to));
        const auto column = std::max<i64>(1, static_cast<i64>(place.axis.per_pixel() * static_cast<double>(kColumn)));
        std::vector<float> crowd;  // ticks that follow each other as closely as they can
        const auto draw_crowd = [&] {
            if (!crowd.empty() && crowd.back() - crowd.front() >= kCrowd) {
                canvas.fill({crowd.front(), top, crowd.back() + 1, place.r.y1}, faded(theme.faint, 0.4F));
            } else {
                for (const float x : crowd) canvas.fill({x, top, x + 1, place.r.y1}, theme.faint);
            }
            crowd.clear();
        };
        i64 begin = place.origin + static_cast<i64>(std::floor(place.axis.from));
        std::size_t at = trace.any_in(group.cpu, begin, begin + column);
        while (at < group.events->size()) {
            const i64 net = trace.net_of(group.cpu, at);
            if (net > last) break;
            const float x = std::floor(place.axis.x(static_cast<double>(net - place.origin)));
            if (!crowd.empty() && x > crowd.back() + 2 * kColumn) draw_crowd();
            crowd.push_back(x);
            // One mark a column: go on with the next one.
            begin = place.origin + static_cast<i64>(std::floor(place.axis.time(x + kColumn)));
            at = trace.any_in(group.cpu, begin, begin + column, at + 1);
        }
        draw_crowd();
    }

    bool inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) const override {
        const model::EventIndex nearest = nearest_event(context, group, mouse.x);
        event_tooltip(context, group.side, nearest, group.ticks.origin);
        if (press == Press::once) context.state.select_event(group.side, nearest);
        return true;
    }
};

/// In its cause's colour.
class EventMarks : public LaneItem {
  public:
    Rect range(const Group& group) const override { return group.ticks.r; }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
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
};

}  // namespace

std::unique_ptr<LaneItem> make_event_ticks() {
    return std::make_unique<EventTicks>();
}

std::unique_ptr<LaneItem> make_event_marks() {
    return std::make_unique<EventMarks>();
}

}  // namespace ws::view
