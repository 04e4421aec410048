// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/alignment.hpp"

#include <algorithm>

namespace ws::model {
namespace {

/// Of longer operations only so many segments are paired: the work grows with the square.
constexpr std::size_t kMost = 1500;

/// How much it is worth that two segments stand under each other. What lies between the steps only fills up: of
/// several such pieces those that last are the likelier partners.
u16 worth(const Segment& a, const Segment& b) {
    if (a.step != b.step || a.is_transition() != b.is_transition()) return 0;
    if (a.step != 0) return 16;
    return static_cast<u16>(1 + std::min<u64>(7, std::min(a.net(), b.net()) / 2));
}

/// The most that can be had by pairing what is from (i, j) on, for each i and j.
class Table {
  public:
    Table(const std::vector<Segment>& a, const std::vector<Segment>& b)
        : a_(a),
          b_(b),
          rows_(std::min(a.size(), kMost)),
          columns_(std::min(b.size(), kMost)),
          best_((rows_ + 1) * (columns_ + 1), 0) {
        for (std::size_t i = rows_; i-- > 0;) {
            for (std::size_t j = columns_; j-- > 0;) {
                best_[at(i, j)] = static_cast<u16>(std::max({best_[at(i + 1, j)], best_[at(i, j + 1)], paired(i, j)}));
            }
        }
    }

    bool is_pair(std::size_t i, std::size_t j) const {
        return i < rows_ && j < columns_ && worth(a_[i], b_[j]) != 0 && paired(i, j) == best_[at(i, j)];
    }
    /// Where it is no pair: does the segment of A stand alone, rather than that of B?
    bool a_alone(std::size_t i, std::size_t j) const {
        if (i >= a_.size() || j >= b_.size()) return i < a_.size();
        if (i >= rows_ || j >= columns_) return true;
        return best_[at(i + 1, j)] >= best_[at(i, j + 1)];
    }

  private:
    std::size_t at(std::size_t i, std::size_t j) const { return i * (columns_ + 1) + j; }
    u16 paired(std::size_t i, std::size_t j) const {
        const u16 value = worth(a_[i], b_[j]);
        return value == 0 ? u16{0} : static_cast<u16>(best_[at(i + 1, j + 1)] + value);
    }

    const std::vector<Segment>& a_;
    const std::vector<Segment>& b_;
    std::size_t rows_;
    std::size_t columns_;
    std::vector<u16> best_;
};

/// The segment that a time is in, or the last one before it.
std::size_t segment_at(const std::vector<Segment>& segments, double time) {
    const auto after = std::upper_bound(segments.begin(), segments.end(), time,
                                        [](double t, const Segment& s) { return t < static_cast<double>(s.begin); });
    return after == segments.begin() ? 0 : static_cast<std::size_t>(after - segments.begin()) - 1;
}

}  // namespace

Alignment::Alignment(const OperationEvents& a, const OperationEvents& b) {
    const Table table(a.segments, b.segments);
    i64 begin = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.segments.size() || j < b.segments.size()) {
        const bool pair = table.is_pair(i, j);
        const bool has_a = pair || table.a_alone(i, j);
        const bool has_b = pair || !has_a;
        const i64 width = static_cast<i64>(std::max(has_a ? a.segments[i].net() : 0, has_b ? b.segments[j].net() : 0));
        const auto column = static_cast<u32>(columns_.size());
        columns_.push_back(
            {{has_a ? static_cast<u32>(i) : kNoSegment, has_b ? static_cast<u32>(j) : kNoSegment}, begin, width});
        if (has_a) of_segment_[0].push_back(column), ++i;
        if (has_b) of_segment_[1].push_back(column), ++j;
        begin += width;
    }
}

const Alignment::Column* Alignment::column_of(int side, u32 segment) const {
    return segment < of_segment_[side].size() ? &columns_[of_segment_[side][segment]] : nullptr;
}

u32 Alignment::partner(int side, u32 segment) const {
    const Column* column = column_of(side, segment);
    return column != nullptr ? column->segment[1 - side] : kNoSegment;
}

double Alignment::place(int side, const OperationEvents& parts, double time) const {
    const std::size_t segment = segment_at(parts.segments, time);
    const Column* column = column_of(side, static_cast<u32>(segment));
    if (column == nullptr) return time;
    return static_cast<double>(column->begin) + time - static_cast<double>(parts.segments[segment].begin);
}

std::optional<double> Alignment::time(int side, const OperationEvents& parts, double place) const {
    const auto after = std::upper_bound(columns_.begin(), columns_.end(), place,
                                        [](double p, const Column& c) { return p < static_cast<double>(c.begin); });
    if (after == columns_.begin()) return std::nullopt;
    const Column& column = *(after - 1);
    if (column.segment[side] == kNoSegment) return std::nullopt;
    const Segment& segment = parts.segments[column.segment[side]];
    const double inside = place - static_cast<double>(column.begin);
    if (inside >= static_cast<double>(segment.net())) return std::nullopt;
    return static_cast<double>(segment.begin) + inside;
}

i64 net_of_time(const Trace& trace, const OperationEvents& parts, i64 time) {
    if (parts.events.empty()) return time;
    const auto after = std::upper_bound(parts.times.begin(), parts.times.end(), time);
    const auto place = static_cast<std::size_t>(after - parts.times.begin());
    const std::size_t before = place == 0 ? 0 : place - 1;
    return trace.net(parts.events[before]) + time - parts.times[before];
}

i64 time_of_net(const Trace& trace, const OperationEvents& parts, i64 net) {
    if (parts.events.empty()) return net;
    const auto after = std::upper_bound(parts.events.begin(), parts.events.end(), net,
                                        [&trace](i64 t, EventIndex event) { return t < trace.net(event); });
    const auto place = static_cast<std::size_t>(after - parts.events.begin());
    const std::size_t before = place == 0 ? 0 : place - 1;
    const i64 time = parts.times[before] + net - trace.net(parts.events[before]);
    return place != 0 && place < parts.times.size() ? std::min(time, parts.times[place]) : time;
}

}  // namespace ws::model
