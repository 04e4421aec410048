// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace ws::model {

Figures without(const Breakdown& breakdown, const Parts& left_out) {
    Figures rest = breakdown.whole;
    for (std::size_t i = 0; i < kParts; ++i) {
        if (!left_out[i]) continue;
        rest.instructions -= breakdown.parts[i].figures.instructions;
        rest.cycles -= breakdown.parts[i].figures.cycles;
    }
    return rest;
}

Parts parse_parts(const std::string& names) {
    Parts parts;
    std::string known;
    for (const PartInfo& info : part_infos()) {
        if (can_be_left_out(info.part)) known += (known.empty() ? "" : ", ") + std::string(info.name);
    }
    std::istringstream stream(names);
    for (std::string name; std::getline(stream, name, ',');) {
        const auto& all = part_infos();
        const auto found = std::find_if(all.begin(), all.end(), [&](const PartInfo& info) { return name == info.name; });
        if (found == all.end() || !can_be_left_out(found->part)) {
            throw std::invalid_argument(fmt::format("\"{}\" cannot be left out; what can: {}", name, known));
        }
        parts.set(static_cast<std::size_t>(found->part));
    }
    return parts;
}

}  // namespace ws::model
