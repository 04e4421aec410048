// SPDX-License-Identifier: Apache-2.0
// The model's results as JSON: what wstrace prints with --json and what the window exports.
#pragma once

#include <nlohmann/json.hpp>

#include "viewer/model/explain/explanation.hpp"

namespace ws::report {

/// Keys stay in the order in which they are put.
using Json = nlohmann::ordered_json;

/// Why a figure is null: of one that no clock can tell, and of one that the trace's level leaves out.
Json json_of_why();
inline constexpr const char* kWhyNotRecorded = "not recorded: the trace level is traps";

/// JSON as text; what is no UTF-8 comes out as replacement characters.
std::string text_of(const Json& json, int indent = 2);

/// Cycles with their three decimals; a program that wants exact sums takes thousandths.
Json json_of_cycles(model::Millicycles cycles);
Json json_of_env(const model::Trace& trace);
Json json_of(const model::Spread& spread);
/// Classes of which no register moved are left out.
Json json_of_registers(const model::KindFigures& figures);
Json json_of(const model::ComparisonRow& row);
/// Both figures of both runs with their differences.
Json json_of(const model::Figures& a, const model::Figures& b);
Json json_of(const model::CostProfile& profile);
/// All but the kind, the designs and the profile.
Json json_of(const model::Explanation& explanation);

}  // namespace ws::report
