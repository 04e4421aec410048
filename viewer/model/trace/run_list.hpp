// SPDX-License-Identifier: Apache-2.0
// The runs that are there: what `ws run` left in a folder of runs, by each run's run.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::model {

struct RunInfo {
    std::filesystem::path folder;
    std::string design;
    std::string guest;
    u64 cpus = 1;
    std::string level;    ///< of the trace
    std::string started;  ///< such as 2026-11-28T10:37:37+00:00
    std::string words;    ///< how it ended; empty while it goes on
    bool success = false;
    u64 bytes = 0;  ///< of the trace
};

/// The runs in a folder and in the folders in it, such as out/bench/, that have a trace, the newest first. Folders that
/// are no run's are passed over, and so is a run.json that cannot be read.
std::vector<RunInfo> list_runs(const std::filesystem::path& folder);

}  // namespace ws::model
