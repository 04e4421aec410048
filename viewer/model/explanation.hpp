// SPDX-License-Identifier: Apache-2.0
// Why one kind of operation costs more in one run than in another: the difference of a typical pair, part by part.
#pragma once

#include "viewer/model/ways.hpp"

namespace ws::model {

struct Explanation {
    std::string kind;
    std::string design_a;
    std::string design_b;
    Profile profile;
    u64 pairs = 0;   ///< of the kind
    u64 number = 0;  ///< the pair that is told of, from 1
    Spread net_a;    ///< of all paired ways
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

/// How many causes are told in words.
inline constexpr std::size_t kLargestCauses = 3;

/// `kind` as for find_kind(). Throws ExplainError where the runs do not say enough.
Explanation explain(const Run& a, const Run& b, const std::string& kind, const Profile& profile);

/// The explanation in plain sentences: the whole, the largest causes in instructions and in cycles with their places in
/// the code, the residual.
std::vector<std::string> sentences(const Explanation& explanation);

/// 1234567 as 1,234,567, with its sign.
std::string grouped(i64 value);
/// Whole cycles, rounded.
i64 whole_cycles(Millicycles cycles);

}  // namespace ws::model
