// SPDX-License-Identifier: Apache-2.0
// Why a part of an operation takes longer in one run than in another, in a sentence for somebody who has had one
// course on operating systems. `explanation_words.cpp` says how much and where; this says why.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/explain/explanation.hpp"

namespace ws::model {

struct Cause {
    Part part;
    i64 instructions;  ///< B less A
    std::string why;   ///< one or two sentences with what was counted on both sides
};

/// The largest causes in instructions, at most kLargestCauses, the largest first. What they say rests on what the two
/// operations did, not on the names of their designs: where neither has done what a reason needs, there is none, and
/// the figures stand alone.
std::vector<Cause> causes(const Explanation& explanation);

/// The same of one part.
std::string why(const Explanation& explanation, Part part);

/// How a sentence calls the two runs: by their designs, or A and B where these are the same.
std::pair<std::string, std::string> names_in_words(const Explanation& explanation);

/// `A hypercall takes 2.92 times as long in split: 558 instructions, and 191 in vhe.`
std::string headline(const Explanation& explanation);

}  // namespace ws::model
