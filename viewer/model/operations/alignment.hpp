// SPDX-License-Identifier: Apache-2.0
// Which steps of two operations are the same one. Laid out by columns, a step stands under its partner: a column is as
// wide as the longer of the two, and a step that one operation lacks is a gap in it. No step is stretched itself.
#pragma once

#include <optional>
#include <vector>

#include "viewer/model/operations/segments.hpp"

namespace ws::model {

inline constexpr u32 kNoSegment = ~u32{0};

class Alignment {
  public:
    struct Column {
        u32 segment[2];  ///< its place in the operation's segments; kNoSegment for a gap
        i64 begin;       ///< where it begins in the layout, in instructions
        i64 width;
    };

    Alignment() = default;
    /// `b` may be without segments: then nothing has a partner.
    Alignment(const OperationEvents& a, const OperationEvents& b);

    const std::vector<Column>& columns() const { return columns_; }
    /// The width of all columns.
    i64 width() const { return columns_.empty() ? 0 : columns_.back().begin + columns_.back().width; }
    /// The same step in the other operation; kNoSegment if it has none.
    u32 partner(int side, u32 segment) const;
    const Column* column_of(int side, u32 segment) const;

    /// Where a time of an operation is in the layout.
    double place(int side, const OperationEvents& parts, double time) const;
    /// The time that is there in the layout; nothing in a gap.
    std::optional<double> time(int side, const OperationEvents& parts, double place) const;

  private:
    std::vector<Column> columns_;
    std::vector<u32> of_segment_[2];  ///< by segment: its column
};

/// The net time of a moment of an operation: what the vCPU was away is cut out of the one and not of the other.
i64 net_of_time(const Trace& trace, const OperationEvents& parts, i64 time);
/// The moment of an operation at a net time; one at which the vCPU was away is that at which it left.
i64 time_of_net(const Trace& trace, const OperationEvents& parts, i64 net);

}  // namespace ws::model
