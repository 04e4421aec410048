// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/overview.hpp"

#include <algorithm>

namespace ws::model {

Overview make_overview(const std::vector<const CpuLanes*>& cpus, std::size_t columns) {
    Overview overview;
    if (cpus.empty() || columns == 0) return overview;
    overview.begin = cpus.front()->begin;
    overview.end = cpus.front()->end;
    for (const CpuLanes* lanes : cpus) {
        overview.begin = std::min(overview.begin, lanes->begin);
        overview.end = std::max(overview.end, lanes->end);
    }
    const double each = static_cast<double>(overview.end - overview.begin) / static_cast<double>(columns);
    const auto time = [&](std::size_t column) {
        return overview.begin + static_cast<i64>(each * static_cast<double>(column));
    };
    overview.columns.resize(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const i64 begin = time(column);
        const i64 end = std::max(begin + 1, time(column + 1));
        const double whole = static_cast<double>(end - begin) * static_cast<double>(cpus.size());
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            i64 filled = 0;
            for (const CpuLanes* lanes : cpus) filled += lanes->spans[lane].filled(begin, end);
            overview.columns[column][lane] = static_cast<float>(static_cast<double>(filled) / whole);
        }
    }
    return overview;
}

}  // namespace ws::model
