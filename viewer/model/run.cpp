// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/run.hpp"

#include <atomic>
#include <future>

namespace ws::model {

Run Run::load(const std::filesystem::path& folder, const Progress& progress) {
    static constexpr double kReading = 0.6;  // of the whole; the rest is the two walks below
    const auto part = [&progress](double from, double to) -> Progress {
        if (!progress) return {};
        return [&progress, from, to](double done) { return progress(from + done * (to - from)); };
    };
    Trace trace = Trace::load(folder, part(0, kReading));
    // The two walks have nothing to do with each other.
    std::atomic<bool> cancelled = false;
    auto timeline = std::async(std::launch::async, [&trace, &cancelled] {
        return make_timeline(trace, [&cancelled](double) { return !cancelled; });
    });
    Operations operations;
    try {
        operations = Operations::find(trace, part(kReading, 1.0));
    } catch (...) {
        cancelled = true;
        timeline.wait();
        throw;
    }
    std::vector<CpuTimeline> by_cpu = timeline.get();  // only then may the trace be moved
    Run run{std::move(trace), std::move(by_cpu), std::move(operations)};
    tell(progress, 1.0);
    return run;
}

}  // namespace ws::model
