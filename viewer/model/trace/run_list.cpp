// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/run_list.hpp"

#include <algorithm>
#include <optional>

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/trace/run_description.hpp"
#include "viewer/model/trace/run_end.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

std::optional<RunInfo> read_run(const fs::path& folder) {
    const std::optional<std::string> text = run_description_text(folder);
    const std::optional<RunDescription> told = text ? parse_run_description(*text) : std::nullopt;
    std::error_code error;
    if (!told || !fs::exists(folder / "trace" / "metadata", error)) return {};
    RunInfo run{folder,
                told->design,
                told->guest,
                told->cpus,
                told->level,
                told->started,
                told->words,
                told->verdict == "success",
                bytes_written(folder / "trace")};
    if (run.words.empty()) {
        const RunEnd end = run_end(folder / "trace");
        if (!end.goes_on) run.words = end.words;
    }
    return run;
}

}  // namespace

std::vector<RunInfo> list_runs(const fs::path& folder) {
    static constexpr int kDeepest = 1;  // out/bench/ has runs, too
    std::vector<RunInfo> runs;
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator entry(folder, options, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code unknown;
        if (!entry->is_directory(unknown)) continue;
        std::optional<RunInfo> run = read_run(entry->path());
        if (run || entry.depth() >= kDeepest) entry.disable_recursion_pending();
        if (run) runs.push_back(std::move(*run));
    }
    std::sort(runs.begin(), runs.end(), [](const RunInfo& a, const RunInfo& b) {
        return std::tie(b.started, a.folder) < std::tie(a.started, b.folder);
    });
    return runs;
}

}  // namespace ws::model
