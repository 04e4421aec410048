// SPDX-License-Identifier: Apache-2.0
// Two runs side by side: for each kind of operation what it costs in one and in the other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "viewer/model/operations/pairing.hpp"

namespace ws::model {

/// Least, median and most of some counts. The median of an even number of them is the lower middle one, so that it is
/// a count that occurred.
struct Spread {
    u64 min = 0;
    u64 median = 0;
    u64 max = 0;
};

Spread spread(std::vector<u64> values);

/// One kind of operation in one run. Figures are medians of an operation but for `net` and `parts`.
struct KindFigures {
    u64 count = 0;
    bool recorded = true;  ///< false where the trace's level leaves out registers, control registers and steps
    u64 measured = 0;      ///< those of them whose time the clocks can tell: `net` and `parts` are theirs
    Spread net;
    u64 traps = 0;
    u64 els_crossed = 0;
    u64 control_writes = 0;
    u64 control_changes = 0;
    std::array<Moved, kRegisterClassCount> registers{};
    /// By Part: what the first operation that takes the median is made of, as an explanation of it says; their sum is
    /// net.median. Empty where none is measured or steps are not recorded.
    std::vector<i64> parts;
};

/// One kind of operation in both runs.
struct ComparisonRow {
    std::string kind;
    KindFigures a;
    KindFigures b;
    u64 paired = 0;
    u64 only_a = 0;
    u64 only_b = 0;
    u64 not_measurable = 0;  ///< Pairing::not_measurable

    /// Have both runs a time of this kind that is measured?
    bool both_measured() const { return a.measured != 0 && b.measured != 0; }
    /// Median net of B less that of A, and A over B; 0 where one of them has none.
    i64 difference() const;
    double ratio() const;
};

struct Comparison {
    Pairing pairing;
    std::vector<ComparisonRow> rows;  ///< in the order in which the kinds first appear in A, then in B
};

/// Those of the operations whose time the clocks can tell.
std::vector<u32> measurable_of(const Run& run, std::vector<u32> places);

/// The figures of the operations in `places` of a run.
KindFigures figures(const Run& run, const std::vector<u32>& places);

Comparison compare(const Run& a, const Run& b);

}  // namespace ws::model
