// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/run_list.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/trace/run_end.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

/// What run.json has under a key; the other value where it has nothing of that kind.
template <class Value>
Value value_of(const Json& json, const char* key, Value other) {
    const auto found = json.find(key);
    if (found == json.end()) return other;
    const auto* const value =
        found
            ->template get_ptr<const std::conditional_t<std::is_same_v<Value, u64>, Json::number_unsigned_t, Value>*>();
    return value != nullptr ? *value : other;
}

std::optional<RunInfo> read_run(const fs::path& folder) {
    std::ifstream file(folder / "run.json");
    const Json json = Json::parse(file, nullptr, false);
    std::error_code error;
    if (!json.is_object() || !fs::exists(folder / "trace" / "metadata", error)) return {};
    RunInfo run;
    run.folder = folder;
    run.started = value_of<std::string>(json, "started", "");
    run.words = value_of<std::string>(json, "words", "");
    run.success = value_of<std::string>(json, "verdict", "") == "success";
    if (run.words.empty()) {
        const RunEnd end = run_end(folder / "trace");
        if (!end.goes_on) run.words = end.words;
    }
    run.bytes = bytes_written(folder / "trace");
    if (const auto options = json.find("options"); options != json.end() && options->is_object()) {
        run.design = value_of<std::string>(*options, "design", "");
        run.guest = value_of<std::string>(*options, "guest", "");
        run.level = value_of<std::string>(*options, "trace", "");
        run.cpus = value_of<u64>(*options, "cpus", 1);
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
