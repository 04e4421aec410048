// SPDX-License-Identifier: Apache-2.0
// Two runs compared, in whole: what each kind of operation costs in both, and why. As data; Markdown and HTML are made
// of this data alone, so that all three say the same.
#pragma once

#include "viewer/report/model_json.hpp"

namespace ws::report {

/// Instructions are measured, cycles are modelled with the profile. Kinds that cannot be explained say why.
Json comparison_report(const model::Run& a, const model::Run& b, const model::Comparison& comparison,
                       const model::CostProfile& profile);

/// The report for people. Headings begin at the first level.
std::string markdown_of(const Json& report);

/// One file with all in it: well-formed XML too, without scripts, readable on a light and on a dark ground.
std::string html_of(const Json& report);

/// An explanation's headline and its causes, a paragraph each. `json` is json_of(Explanation).
std::string markdown_of_causes(const Json& json);

/// A table of its parts.
std::string markdown_of_parts(const Json& json);

}  // namespace ws::report
