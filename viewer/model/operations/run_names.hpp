// SPDX-License-Identifier: Apache-2.0
// What to call runs that stand beside each other: by what they are, and where that is the same, by their folders.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// A run's folder: the one that has trace/ in it, or that of the trace itself.
std::filesystem::path run_folder(const Run& run);
/// What is added to the name of each run so that no two of the same name are left: ` (first)`, or, where the folders'
/// own names are the same, ` (one/first)`. Empty for a name that only one run has, and for a run that stands beside
/// itself.
std::vector<std::string> names_apart(const std::vector<const Run*>& runs, const std::vector<std::string>& names);
/// The designs of two runs, told apart: `split` and `vhe`, or `vhe (first)` and `vhe (second)`.
std::pair<std::string, std::string> names_of_two(const Run& a, const Run& b);

}  // namespace ws::model
