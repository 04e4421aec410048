// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_painter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ws::view {
namespace {

i64 absolute(const LanePlace& place, float x) {
    return place.origin + static_cast<i64>(std::floor(place.axis.time(x)));
}

float pixel(const LanePlace& place, i64 time) {
    const float x = place.axis.x(static_cast<double>(time - place.origin));
    return std::clamp(x, place.r.x0, place.r.x1);
}

/// Puts neighbouring columns together that look the same.
class Columns {
  public:
    Columns(Canvas& canvas, const LanePlace& place, const ColumnColour& colour)
        : canvas_(canvas), place_(place), colour_of_(colour) {}

    void add(float begin, float end, double density, std::size_t first, std::size_t count) {
        static constexpr double kShades = 8;
        const ImU32 colour = colour_of_(std::ceil(std::clamp(density, 0.0, 1.0) * kShades) / kShades, first, count);
        if (colour != colour_ || begin > end_ + 0.5F) {
            flush();
            begin_ = begin;
            colour_ = colour;
        }
        end_ = end;
    }

    void flush() {
        if (end_ > begin_) canvas_.fill({begin_, place_.r.y0, end_, place_.r.y1}, colour_);
        begin_ = end_;
    }

  private:
    Canvas& canvas_;
    const LanePlace& place_;
    const ColumnColour& colour_of_;
    float begin_ = 0;  ///< with end_: what waits to be drawn
    float end_ = 0;
    ImU32 colour_ = 0;
};

}  // namespace

void paint_lane(Canvas& canvas, const LanePlace& place, const model::LaneIndex& lane, const PaintItem& item,
                const ColumnColour& colour) {
    Columns columns(canvas, place, colour);
    const i64 last = absolute(place, place.r.x1);
    // What is off by a small part of a column is not seen: there are far fewer shades.
    const i64 near = static_cast<i64>(place.axis.per_pixel() * static_cast<double>(kColumn)) / 16;
    std::size_t i = lane.first_after(absolute(place, place.r.x0));
    i64 known_time = std::numeric_limits<i64>::min() / 2;  // a time before which it is known how much is filled
    i64 known = 0;
    while (i < lane.size()) {
        const model::LaneIndex::Interval interval = lane[i];
        if (interval.begin > last) break;
        const float x0 = pixel(place, interval.begin);
        const float x1 = pixel(place, interval.end);
        if (x1 - x0 >= kColumn) {
            columns.flush();
            item({x0, place.r.y0, x1, place.r.y1}, interval.item);
            ++i;
            continue;
        }
        // A hair to the right, so that rounding does not put an interval into the column that was just drawn.
        const float begin = place.r.x0 + std::floor((x0 - place.r.x0) / kColumn + 0.01F) * kColumn;
        const float end = std::min(begin + kColumn, place.r.x1);
        const i64 time_begin = absolute(place, begin);
        const i64 time_end = std::max(absolute(place, end) + 1, time_begin + 1);
        const model::LaneIndex::Mark after = lane.mark(time_end, i + 1, near);
        std::size_t next = after.place;
        // A wide one that begins in this column is drawn for itself; a block that is short has none.
        if (after.exact && next > i + 1) {
            const model::LaneIndex::Interval before = lane[next - 1];
            if (pixel(place, before.end) - pixel(place, before.begin) >= kColumn) --next;
        }
        // Columns side by side share a time, but for an instruction.
        const bool shared = time_begin >= known_time - std::min<i64>(near, 1) && time_begin <= known_time;
        const i64 filled = after.filled - (shared ? known : lane.mark(time_begin, 0, near).filled);
        known_time = time_end;
        known = after.filled;
        const double density = static_cast<double>(filled) / static_cast<double>(time_end - time_begin);
        columns.add(begin, end, density, i, next - i);
        i = next;
    }
    columns.flush();
}

std::optional<model::LaneIndex::Interval> find_in_lane(const LanePlace& place, const model::LaneIndex& lane, float x) {
    const std::size_t i = lane.first_after(absolute(place, x));
    if (i == lane.size() || lane[i].begin > absolute(place, x + 1)) return std::nullopt;
    return lane[i];
}

}  // namespace ws::view
