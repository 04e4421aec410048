// SPDX-License-Identifier: Apache-2.0
// Which operation of one trace is the same as which of another. Two operations are the same when kind, syndrome and
// the guest's program counter agree, and when the order of both traces is kept.
#pragma once

#include <vector>

#include "viewer/model/operations/run.hpp"

namespace ws::model {

inline constexpr u32 kUnpaired = ~u32{0};

/// Places in Operations::all() of both runs.
struct Pair {
    u32 a;
    u32 b;
};

struct Pairing {
    std::vector<Pair> pairs;  ///< ascending in both
    /// Operations that belong together as those do, but of at least one the clocks cannot tell the time: nothing of
    /// them is compared. Ascending in both.
    std::vector<Pair> not_measurable;
    std::vector<u32> only_a;  ///< ascending
    std::vector<u32> only_b;
    std::vector<u32> partner_of_a;  ///< by operation of A: its partner in B, of either list, or kUnpaired
    std::vector<u32> partner_of_b;
    bool exact = true;  ///< false if the difference was too large to be searched in full: pairs may be missing
};

/// Pairs the operations of two runs, CPU by CPU. Time and memory are bounded: see pairing.cpp.
Pairing pair(const Run& a, const Run& b);

/// The same on plain keys: what pair() is built on.
std::vector<Pair> common_subsequence(const std::vector<u64>& a, const std::vector<u64>& b, bool& exact);

}  // namespace ws::model
