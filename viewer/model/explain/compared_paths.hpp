// SPDX-License-Identifier: Apache-2.0
// The kinds of paths through the hypervisor that two runs have in common, and the pairs of each: every kind of
// operation, and the virtual IPI, which is two operations on two CPUs.
#pragma once

#include <stdexcept>

#include "viewer/model/explain/breakdown.hpp"
#include "viewer/model/operations/comparison.hpp"

namespace ws::model {

/// What one vCPU sends to another one that runs: from the sender's trap to the kick of the other CPU, and from that
/// one's trap to the return to its guest, which then takes the interrupt.
inline constexpr const char* kVirtualIpi = "virtual IPI";

/// The virtual IPIs of a run, ascending by the sender's operation.
std::vector<ComparedPath> virtual_ipis(const Run& run);

struct PathPair {
    ComparedPath a;
    ComparedPath b;
};

/// One kind in both runs. `traps` is how many of the guests' traps a path has.
struct PathKind {
    std::string name;
    u32 traps = 1;
    u64 in_a = 0;
    u64 in_b = 0;
    std::vector<PathPair> pairs;
    u64 not_measurable = 0;  ///< pairs that are left out, since of one of the two no clock tells the time
};

/// Why a kind that both runs have has no pair.
std::string why_no_pair(const PathKind& kind);

/// Why two runs cannot be explained as one wishes, in one line.
class ExplainError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// All kinds of two runs, in the order of the comparison, virtual IPIs last.
std::vector<PathKind> path_kinds(const Run& a, const Run& b);
/// The same where the comparison is at hand.
std::vector<PathKind> path_kinds(const Run& a, const Run& b, const Comparison& comparison);

/// The kind with this name, or else the only one that the name is a part of and that has pairs; for an empty name the
/// kind that most traps of both runs belong to. Throws ExplainError.
const PathKind& find_kind(const std::vector<PathKind>& kinds, const std::string& name);

/// The pair whose paths cost most nearly what the medians do, the first of equal ones; and those medians.
struct Typical {
    PathPair pair;
    std::size_t number;  ///< of PathKind::pairs
    Spread a;
    Spread b;
};
Typical typical_pair(const Run& a, const Run& b, const PathKind& kind);

}  // namespace ws::model
