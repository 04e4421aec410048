// SPDX-License-Identifier: Apache-2.0
// What the window's start page lists.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/base/checkout.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/trace/run_list.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::RunInfo& run) {
    return {{"folder", run.folder.string()},
            {"design", run.design},
            {"guest", run.guest},
            {"cpus", run.cpus},
            {"level", run.level},
            {"started", run.started},
            {"words", run.words},
            {"success", run.success},
            {"bytes", run.bytes}};
}

}  // namespace

int runs_command(const std::string& folder, bool json) {
    const std::filesystem::path runs = folder.empty() ? model::Checkout::here().runs() : std::filesystem::path(folder);
    std::error_code error;
    if (!folder.empty() && !std::filesystem::is_directory(runs, error)) {
        throw model::TraceError(folder, "is not a folder; give the one that runs lie in, such as out");
    }
    const std::vector<model::RunInfo> list = model::list_runs(runs);
    if (json) {
        Json all = Json::array();
        for (const model::RunInfo& run : list) all.push_back(json_of(run));
        print_json(all);
        return 0;
    }
    Table table({"run", "design", "guest", "CPUs", "level", "started", "bytes", "how it ended"});
    for (const model::RunInfo& run : list) {
        table.add({run.folder.filename().string(), run.design, run.guest, fmt::format("{}", run.cpus), run.level,
                   run.started, thousands(run.bytes), run.words});
    }
    table.print();
    return 0;
}

}  // namespace ws::cli
