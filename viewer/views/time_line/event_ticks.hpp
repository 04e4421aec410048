// SPDX-License-Identifier: Apache-2.0
// Where chosen events are - found ones, those with notes -, a place on the screen for as many as there are within a few
// pixels.
#pragma once

#include <algorithm>
#include <cmath>

#include "viewer/views/time_line/lane_painter.hpp"

namespace ws::view {

/// Calls `draw(x, first)` for events of a CPU, which ascend, at most once in `apart` pixels: with the first of those
/// there.
template <class Draw>
void for_each_place(const model::Trace& trace, const std::vector<model::EventIndex>& found, u32 cpu,
                    const LanePlace& place, float apart, Draw draw) {
    const auto& events = trace.events_of(cpu);
    const auto from_time = [&](auto begin, double time) {
        const std::size_t first = trace.first_from(cpu, place.origin + static_cast<i64>(std::floor(time)));
        if (first == events.size()) return found.end();
        return std::lower_bound(begin, found.end(), events[first]);
    };
    auto at = from_time(found.begin(), place.axis.time(place.r.x0));
    while (at != found.end()) {
        const float x = std::floor(place.axis.x(static_cast<double>(trace.net(*at) - place.origin)));
        if (x > place.r.x1) break;
        draw(x, at);
        at = from_time(at + 1, place.axis.time(x + apart));
    }
}

/// Calls `draw(x)` for what was found on a CPU, at most once in `apart` pixels.
template <class Draw>
void for_each_found(const Context& context, int side, u32 cpu, const LanePlace& place, float apart, Draw draw) {
    for_each_place(context.session.run(side).trace, context.state.search.of_cpu(cpu), cpu, place, apart,
                   [&](float x, auto) { draw(x); });
}

}  // namespace ws::view
