// SPDX-License-Identifier: Apache-2.0
// A whole trace in figures: what happened how often.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// A name and how often.
using Counts = std::vector<std::pair<std::string, u64>>;

struct Summary {
    u64 events = 0;
    u64 raw = 0;        ///< from the first event to the last
    u64 net = 0;        ///< the same, less what the recorder spent: of CPU 0 or the first with events
    u64 recorder = 0;   ///< what all CPUs' recorders spent
    u64 cut = 0;        ///< Trace::cut_recordings(): with any, net is at least, recorder at most as told
    Counts by_kind;     ///< in the order of ids
    Counts traps;       ///< by what they were taken for, the most frequent first
    Counts operations;  ///< by kind, the most frequent first
    u64 unfinished = 0;
    u64 not_measurable = 0;  ///< operations whose time the clocks cannot tell
};

Summary summarize(const Run& run);

}  // namespace ws::model
