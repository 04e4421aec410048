// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/run.hpp"

#include <atomic>
#include <future>

#include "viewer/model/base/heap_trim.hpp"

namespace ws::model {

Run Run::load(const std::filesystem::path& folder, const Progress& progress) {
    static constexpr double kReading = 0.6;  // of the whole; the rest is the two walks below
    Trace trace = Trace::load(folder, part_of(progress, 0, kReading));
    // The two walks have nothing to do with each other.
    std::atomic<bool> cancelled = false;
    auto timeline = std::async(std::launch::async, [&trace, &cancelled] {
        return make_timeline(trace, [&cancelled](double) { return !cancelled; });
    });
    Operations operations;
    try {
        operations = Operations::find(trace, part_of(progress, kReading, 1.0));
    } catch (...) {
        cancelled = true;
        timeline.wait();
        throw;
    }
    std::vector<CpuTimeline> by_cpu = timeline.get();  // only then may the trace be moved
    RunEnd end = run_end(trace.path());
    Run run{std::move(trace), std::move(by_cpu), std::move(operations), std::move(end)};
    trim_heap();
    tell(progress, 1.0);
    return run;
}

std::vector<SharedRun> Run::load_all(const std::vector<std::filesystem::path>& folders, const Progress& progress) {
    std::vector<SharedRun> runs;
    const double each = 1 / static_cast<double>(folders.size());
    for (std::size_t i = 0; i < folders.size(); ++i) {
        const double before = each * static_cast<double>(i);
        runs.push_back(std::make_shared<const Run>(load(folders[i], part_of(progress, before, before + each))));
    }
    return runs;
}

}  // namespace ws::model
