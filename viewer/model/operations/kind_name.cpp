// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/kind_name.hpp"

#include <fmt/format.h>

namespace ws::model {

u32 find_row(const Comparison& comparison, const std::string& name) {
    const auto& rows = comparison.rows;
    std::vector<u32> parts;
    std::string all;
    for (u32 i = 0; i < rows.size(); ++i) {
        if (rows[i].kind == name) return i;
        if (rows[i].kind.find(name) != std::string::npos) parts.push_back(i);
        all += (all.empty() ? "" : "; ") + rows[i].kind;
    }
    if (parts.size() == 1) return parts[0];
    throw KindError(
        fmt::format("{} kind of operation has this name; there are: {}", parts.empty() ? "no" : "more than one", all));
}

}  // namespace ws::model
