// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/lane_painter.hpp"

#include <algorithm>
#include <cmath>

namespace ws::view {
namespace {

i64 absolute(const LanePlace& place, float x) {
    return place.origin + static_cast<i64>(std::floor(place.axis.time(x)));
}

float pixel(const LanePlace& place, i64 time) {
    const float x = place.axis.x(static_cast<double>(time - place.origin));
    return std::clamp(x, place.r.x0, place.r.x1);
}

}  // namespace

void paint_lane(const LanePlace& place, const model::LaneIndex& lane, float column, const PaintItem& item,
                const PaintColumn& merged) {
    const i64 last = absolute(place, place.r.x1);
    std::size_t i = lane.first_after(absolute(place, place.r.x0));
    while (i < lane.size() && lane[i].begin <= last) {
        const float x0 = pixel(place, lane[i].begin);
        const float x1 = pixel(place, lane[i].end);
        if (x1 - x0 >= column) {
            item({x0, place.r.y0, x1, place.r.y1}, lane[i].item);
            ++i;
            continue;
        }
        // A hair to the right, so that rounding does not put an interval into the column that was just drawn.
        const float begin = place.r.x0 + std::floor((x0 - place.r.x0) / column + 0.01F) * column;
        const float end = std::min(begin + column, place.r.x1);
        const i64 time_begin = absolute(place, begin);
        const i64 time_end = std::max(absolute(place, end) + 1, time_begin + 1);
        std::size_t next = lane.first_from(time_end, i + 1);
        // A wide one that begins in this column is drawn for itself.
        if (next > i + 1 && pixel(place, lane[next - 1].end) - pixel(place, lane[next - 1].begin) >= column) --next;
        const double density =
            static_cast<double>(lane.filled(time_begin, time_end)) / static_cast<double>(time_end - time_begin);
        merged({begin, place.r.y0, end, place.r.y1}, density, i, next - i);
        i = next;
    }
}

const model::LaneIndex::Interval* find_in_lane(const LanePlace& place, const model::LaneIndex& lane, float x) {
    const std::size_t i = lane.first_after(absolute(place, x));
    if (i == lane.size() || lane[i].begin > absolute(place, x + 1)) return nullptr;
    return &lane[i];
}

}  // namespace ws::view
