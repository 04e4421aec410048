// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/lane_painter.hpp"

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
    Columns(const LanePlace& place, const PaintColumn& merged) : place_(place), merged_(merged) {}

    void add(float begin, float end, double density, std::size_t first, std::size_t count) {
        static constexpr std::size_t kMany = 16;  // more than that in one column have no one colour
        static constexpr double kShades = 8;
        const double shade = std::ceil(std::clamp(density, 0.0, 1.0) * kShades) / kShades;
        const bool many = count > kMany;
        if (count_ != 0 && many && many_ && shade == shade_ && begin <= end_ + 0.5F) {
            end_ = end;
            count_ += count;
            return;
        }
        flush();
        begin_ = begin;
        end_ = end;
        shade_ = many ? shade : density;
        first_ = first;
        count_ = count;
        many_ = many;
    }

    void flush() {
        if (count_ != 0) merged_({begin_, place_.r.y0, end_, place_.r.y1}, shade_, first_, count_);
        count_ = 0;
    }

  private:
    const LanePlace& place_;
    const PaintColumn& merged_;
    float begin_ = 0;
    float end_ = 0;
    double shade_ = 0;
    std::size_t first_ = 0;
    std::size_t count_ = 0;  ///< 0: nothing waits to be drawn
    bool many_ = false;
};

}  // namespace

void paint_lane(const LanePlace& place, const model::LaneIndex& lane, float column, const PaintItem& item,
                const PaintColumn& merged) {
    Columns columns(place, merged);
    const i64 last = absolute(place, place.r.x1);
    // What is off by a small part of a column is not seen: there are far fewer shades.
    const i64 near = static_cast<i64>(place.axis.per_pixel() * static_cast<double>(column)) / 16;
    std::size_t i = lane.first_after(absolute(place, place.r.x0));
    i64 known_time = std::numeric_limits<i64>::min() / 2;  // a time before which it is known how much is filled
    i64 known = 0;
    while (i < lane.size()) {
        const model::LaneIndex::Interval interval = lane[i];
        if (interval.begin > last) break;
        const float x0 = pixel(place, interval.begin);
        const float x1 = pixel(place, interval.end);
        if (x1 - x0 >= column) {
            columns.flush();
            item({x0, place.r.y0, x1, place.r.y1}, interval.item);
            ++i;
            continue;
        }
        // A hair to the right, so that rounding does not put an interval into the column that was just drawn.
        const float begin = place.r.x0 + std::floor((x0 - place.r.x0) / column + 0.01F) * column;
        const float end = std::min(begin + column, place.r.x1);
        const i64 time_begin = absolute(place, begin);
        const i64 time_end = std::max(absolute(place, end) + 1, time_begin + 1);
        const model::LaneIndex::Mark after = lane.mark(time_end, i + 1, near);
        std::size_t next = after.place;
        // A wide one that begins in this column is drawn for itself; a block that is short has none.
        if (after.exact && next > i + 1) {
            const model::LaneIndex::Interval before = lane[next - 1];
            if (pixel(place, before.end) - pixel(place, before.begin) >= column) --next;
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
