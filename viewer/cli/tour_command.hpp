// SPDX-License-Identifier: Apache-2.0
// `wstrace tour`: the steps of a tour, and what each of them is in two runs.
#pragma once

#include <string>

namespace ws::cli {

struct TourArguments {
    std::string tour;  ///< its name, or a file
    std::string a;
    std::string b;
    bool check = false;  ///< tell problems alone
    bool json = false;
};
/// Fails, with a line for each, if there are steps that the runs have not.
int tour_command(const TourArguments& arguments);

}  // namespace ws::cli
