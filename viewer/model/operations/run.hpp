// SPDX-License-Identifier: Apache-2.0
// A run as the window and the commands use it: the trace and what follows from it.
#pragma once

#include <memory>

#include "viewer/model/operations/operations.hpp"
#include "viewer/model/trace/run_end.hpp"

namespace ws::model {

struct Run {
    Trace trace;
    std::vector<CpuTimeline> timeline;  ///< by CPU
    Operations operations;
    RunEnd end{};  ///< how it ended

    /// Reads a run's folder or its trace/ folder, in time proportional to its size. Throws TraceError, and Cancelled.
    static Run load(const std::filesystem::path& folder, const Progress& progress = {});

    /// Several, one after the other.
    static std::vector<std::shared_ptr<const Run>> load_all(const std::vector<std::filesystem::path>& folders,
                                                            const Progress& progress = {});

    /// What to call it on screen: `split · hypercall`.
    std::string title() const { return trace.design() + " \u00b7 " + trace.env("guest"); }
};

/// A run that several comparisons may show; nobody changes it.
using SharedRun = std::shared_ptr<const Run>;

}  // namespace ws::model
