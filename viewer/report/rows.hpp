// SPDX-License-Identifier: Apache-2.0
// A report's tables as rows of text, which Markdown and HTML put into their own forms. Taken from the report's data
// alone.
#pragma once

#include "viewer/report/model_json.hpp"

namespace ws::report {

using Row = std::vector<std::string>;

/// What is known of the runs: key, A, B. Keys that neither has are left out.
std::vector<Row> run_rows(const Json& report);
/// All kinds of operations: kind, count in A, in B, paired, median net instructions in A, in B, B - A, A / B.
std::vector<Row> kind_rows(const Json& report);
inline const Row kKindHead = {"kind", "in A", "in B", "paired", "A, instr.", "B, instr.", "B - A", "A / B"};
/// What a median operation of the kind is made of: figure, A, B, B - A. All measured.
std::vector<Row> figure_rows(const Json& kind);
/// Of pairs that are left out since no clock can compare them; empty for none.
std::string not_measurable_sentence(u64 pairs);
/// Does an explanation's part matter to either run? The residual always does.
bool has(const Json& part);
/// A, B and B - A of an explanation's whole or part: of its `instructions`, or of its `cycles`, rounded.
Row cells(const Json& whole_or_part, const char* unit);
/// Cycles to whole ones, the half away from zero.
i64 rounded(const Json& cycles);
/// How many were paired and which were not, in a sentence.
std::string pairing_sentence(const Json& report);
/// Warnings: dropped events.
std::vector<std::string> warnings(const Json& report);

inline constexpr const char* kMeasured =
    "Instructions are measured: counted on the net clock, from which what the recorder spent is taken off.";
/// With the profile's name.
std::string modelled_sentence(const Json& profile);

}  // namespace ws::report
