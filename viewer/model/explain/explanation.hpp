// SPDX-License-Identifier: Apache-2.0
// Why one kind of operation costs more in one run than in another: the difference of a typical pair, part by part.
#pragma once

#include "viewer/model/explain/compared_paths.hpp"

namespace ws::model {

struct Explanation {
    std::string kind;
    std::string design_a;
    std::string design_b;
    CostProfile profile;
    u64 pairs = 0;   ///< of the kind
    u64 number = 0;  ///< the pair that is told of, from 1
    Spread net_a;    ///< of all paired paths
    Spread net_b;
    Breakdown a;  ///< of the pair's own
    Breakdown b;

    /// B less A.
    Figures difference() const;
    Figures difference(Part part) const;
    /// The parts but the residual that differ most, the largest first; none that does not differ.
    std::vector<Part> largest_by_instructions() const;
    std::vector<Part> largest_by_cycles() const;
};

/// What one side does in a part, in the part's own units, such as `saves 48 registers and restores 48`; empty where
/// instructions say all there is.
std::string doings(const Breakdown& breakdown, Part part);

/// How many causes are told in words.
inline constexpr std::size_t kLargestCauses = 3;

/// Why a run's operations cannot be taken apart, in a few words; empty if they can.
std::string unexplainable(const Run& run);

/// `kind` as for find_kind(), `number` the pair, from 1, or 0 for a typical one. Throws ExplainError where the runs do
/// not say enough, or there is no such pair.
Explanation explain(const Run& a, const Run& b, const std::string& kind, const CostProfile& profile, u64 number = 0);

/// The same for a kind that is at hand, of two runs that can be explained.
Explanation explain_kind(const Run& a, const Run& b, const PathKind& kind, const CostProfile& profile, u64 number = 0);

/// One pair of a kind alone: without what is told of all pairs (`pairs`, `number`, `net_a` and `net_b`).
Explanation explain_pair(const Run& a, const Run& b, const std::string& kind, const PathPair& pair,
                         const CostProfile& profile);

/// The explanation in plain sentences: the whole, the largest causes in instructions and in cycles with their places in
/// the code, the residual.
std::vector<std::string> sentences(const Explanation& explanation);

/// -1234 as -1,234, 1234 as +1,234.
std::string grouped(i64 value);
/// Whole cycles, rounded.
i64 whole_cycles(Millicycles cycles);

}  // namespace ws::model
