// SPDX-License-Identifier: Apache-2.0
// A profile for tests: each cost is another one, so that no two can be taken for each other.
#pragma once

#include <string>

#include "viewer/model/explain/cost_profile.hpp"

namespace ws::test {

inline std::string profile_text() {
    std::string text = "# a machine that there is not\nmachine = none\ncalibrated_on = none\n";
    model::CostProfile profile;
    int cycles = 1;
    for (const auto& [key, cost] : model::profile_costs(profile)) {
        text += key + " = " + std::to_string(cycles) + ".5 | assumed\n";
        cycles += 2;
    }
    return text;
}

inline model::CostProfile some_profile() { return model::CostProfile::parse(profile_text(), "some.profile"); }

}  // namespace ws::test
