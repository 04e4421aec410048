// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_hover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/time_line/lane_flags.hpp"

namespace ws::view {
namespace {

/// More notes that are where the first one is, under its tooltip.
void more_notes(const Context& context, int side, const std::vector<model::EventIndex>& noted, std::size_t begin,
                std::size_t told, std::size_t end) {
    Tooltip tip(context.theme);
    for (std::size_t i = begin; i < told; ++i) {
        tip.note(fmt::format("event {}", grouped(u64{noted[i]})));
        tell_notes(context, tip, side, noted[i]);
    }
    if (told < end) tip.note(fmt::format("and {} more here: zoom in", end - told));
}

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

/// True if there is a flag under the mouse: the notes of the events it stands for.
bool inspect_flag(const Context& context, const Group& group, ImVec2 mouse, bool click) {
    static constexpr std::size_t kMost = 6;  // of the events of one flag, in the tooltip
    bool found = false;
    for_each_flag(context, group, [&](const Rect& flag, std::size_t first) {
        if (found || !flag.contains(mouse)) return;
        found = true;
        const auto& noted = context.state.notes.of(group.side).of_cpu(group.cpu);
        std::size_t end = first + 1;
        while (end < noted.size() && x_of(context, group, noted[end]) < flag.x1) ++end;
        event_tooltip(context, group.side, noted[first], group.ticks.origin);
        if (end - first > 1) more_notes(context, group.side, noted, first + 1, std::min(end, first + kMost), end);
        if (click) context.state.select_event(group.side, noted[first]);
    });
    return found;
}

/// The piece of the shown operation that an event is in.
u32 segment_of(const Context& context, int side, model::EventIndex event) {
    const auto& parts = context.state.selection.shown(side).parts;
    const model::Segment* segment = parts.segment_of(event);
    return segment == nullptr ? model::kNoSegment : static_cast<u32>(segment - parts.segments.data());
}

}  // namespace

void inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) {
    const bool click = press == Press::once;
    const auto fit_to = [&](i64 begin, i64 end) {
        const i64 origin = group.ticks.origin;
        if (press == Press::twice)
            context.state.window.fit_to(static_cast<double>(begin - origin), static_cast<double>(end - origin));
    };
    if (inspect_flag(context, group, mouse, click)) return;
    if (group.ticks.r.contains(mouse)) {
        const model::EventIndex nearest = nearest_event(context, group, mouse.x);
        event_tooltip(context, group.side, nearest, group.ticks.origin);
        if (click) context.state.select_event(group.side, nearest);
        return;
    }
    if (group.who.r.contains(mouse)) {
        if (const auto found = find_in_lane(group.who, group.lanes->stints, mouse.x)) {
            stint_tooltip(context, group.side, group.timeline->stints[found->item], group.ticks.origin);
        }
        return;
    }
    for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
        if (!group.lane[lane].r.contains(mouse)) continue;
        const auto& depths = group.lanes->phases[lane];
        for (std::size_t depth = depths.size(); depth-- > 0;) {
            const LanePlace place = phase_place(context.theme, group, lane, depth);
            if (!place.r.contains(mouse)) continue;
            if (const auto found = find_in_lane(place, depths[depth], mouse.x)) {
                const model::Phase phase = group.timeline->phases[found->item];
                phase_tooltip(context, group.side, phase, group.ticks.origin);
                context.state.next_under_mouse.hover.segment = segment_of(context, group.side, phase.first);
                if (click) context.state.select_event(group.side, phase.first);
                fit_to(phase.begin, phase.end);
                return;
            }
        }
        if (const auto found = find_in_lane(group.lane[lane], group.lanes->spans[lane], mouse.x)) {
            const model::Span span = group.timeline->spans[found->item];
            span_tooltip(context, group.side, span, group.ticks.origin);
            if (click) context.state.select_event(group.side, span.first);
            fit_to(span.begin, span.end);
        }
    }
}

}  // namespace ws::view
