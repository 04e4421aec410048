// SPDX-License-Identifier: Apache-2.0
// What if a design did not move a class of registers? A prediction: the path's figures less those of the parts that are
// left out. It takes the rest for unchanged, which `ws bench --ablation` measures.
#pragma once

#include <bitset>
#include <string>

#include "viewer/model/explain/breakdown.hpp"

namespace ws::model {

using Parts = std::bitset<kParts>;

/// Is it what moves the registers of a class, and nothing that a run needs to get on?
constexpr bool can_be_left_out(Part part) {
    return part >= Part::general && part <= Part::stage2;
}

/// What the path would cost without these parts.
Figures without(const Breakdown& breakdown, const Parts& left_out);

/// Reads part names of cost_parts.def, separated by commas. Throws std::invalid_argument with one line.
Parts parse_parts(const std::string& names);

}  // namespace ws::model
