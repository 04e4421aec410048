// SPDX-License-Identifier: Apache-2.0
// A whole run in a few columns: how much of each the guest, EL2 and the host ran. It costs the same for any trace.
#pragma once

#include <array>
#include <vector>

#include "viewer/model/trace/lane_index.hpp"

namespace ws::model {

struct Overview {
    /// By lane, the part of the column in which a CPU was there: 0 to 1, the average of the CPUs.
    using Column = std::array<float, kLanes>;
    i64 begin = 0;  ///< net time of the run's first and last event
    i64 end = 0;
    std::vector<Column> columns;
};

/// `columns` of the same length over the whole of a run, whose lanes these are.
Overview make_overview(const std::vector<const CpuLanes*>& cpus, std::size_t columns);

}  // namespace ws::model
