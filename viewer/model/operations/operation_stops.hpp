// SPDX-License-Identifier: Apache-2.0
// The way through one or two runs operation by operation: kind after kind, and in each kind its paired operations and
// those that have no partner, in the order of time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/model/operations/comparison.hpp"

namespace ws::model {

/// One stop on the way: an operation of A, of B, or the same one in both. kUnpaired where there is none.
struct Stop {
    u32 a = kUnpaired;
    u32 b = kUnpaired;
};

/// All stops of one kind of operation.
struct KindStops {
    std::vector<Stop> stops;
    u32 typical = 0;  ///< a stop whose operations cost what the median does, where there is one
};

/// Where an operation is found: which kind and which stop of it.
struct StopPlace {
    u32 kind;  ///< row of the comparison
    u32 stop;
};

class OperationStops {
  public:
    /// Stops by row of the comparison. `b` is null when there is one run; then the comparison is of `a` with itself.
    OperationStops(const Run& a, const Run* b, const Comparison& comparison);

    const KindStops& kind(u32 row) const { return kinds_[row]; }
    u32 kinds() const { return static_cast<u32>(kinds_.size()); }
    /// The kind to start with: the one that most operations are paired in.
    u32 first_kind() const { return first_kind_; }
    /// Where the operation in this place of a run (0 is A, 1 is B) is; nothing if it is in no kind.
    std::optional<StopPlace> find(int run, u32 operation) const;

  private:
    std::vector<KindStops> kinds_;
    std::vector<StopPlace> places_[2];
    u32 first_kind_ = 0;
};

}  // namespace ws::model
