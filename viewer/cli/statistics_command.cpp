// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/exit_statistics.hpp"

namespace ws::cli {
namespace {

using model::ExitFigures;

Json json_of(const model::Run& run, const ExitFigures& figures) {
    Json histogram = Json::array();
    for (std::size_t i = figures.first_bucket(); i <= figures.last_bucket(); ++i) {
        histogram.push_back({{"from", model::bucket_begin(i)}, {"count", figures.histogram[i]}});
    }
    return {{"name", figures.name},
            {"count", figures.count},
            {"min", figures.min},
            {"median", figures.median},
            {"p99", figures.p99},
            {"max", figures.max},
            {"sum", figures.sum},
            {"slowest", {{"operation", figures.slowest}, {"event", run.operations.all()[figures.slowest].first}}},
            {"histogram", std::move(histogram)}};
}

Json json_of(const model::Run& run, const std::vector<ExitFigures>& all) {
    Json list = Json::array();
    for (const ExitFigures& figures : all) list.push_back(json_of(run, figures));
    return list;
}

/// A block for each bucket from the first full one to the last, as high as its count is large.
std::string bars(const ExitFigures& figures) {
    static constexpr const char* kBars[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                            "\u2585", "\u2586", "\u2587", "\u2588"};
    const u32 most = *std::max_element(figures.histogram.begin(), figures.histogram.end());
    std::string text;
    for (std::size_t i = figures.first_bucket(); i <= figures.last_bucket(); ++i) {
        const u32 count = figures.histogram[i];
        text += count == 0 ? " " : kBars[(u64{count} * std::size(kBars) - 1) / most];
    }
    return text;
}

void print(const model::Run& run, const char* what, const std::vector<ExitFigures>& all) {
    Table table({what, "count", "min", "median", "p99", "max", "sum", "slowest at event", "from", "histogram"});
    for (const ExitFigures& figures : all) {
        table.add({figures.name, thousands(figures.count), thousands(figures.min), thousands(figures.median),
                   thousands(figures.p99), thousands(figures.max), thousands(figures.sum),
                   fmt::format("{}", run.operations.all()[figures.slowest].first),
                   thousands(model::bucket_begin(figures.first_bucket())), bars(figures)});
    }
    table.print();
}

}  // namespace

int statistics_command(const std::string& trace, bool json) {
    const model::Run run = open_run(trace);
    const model::ExitStatistics statistics = model::exit_statistics(run);
    if (json) {
        print_json({{"run", json_of_env(run.trace)},
                    {"by_kind", json_of(run, statistics.by_kind)},
                    {"by_class", json_of(run, statistics.by_class)}});
        return 0;
    }
    print(run, "kind of operation", statistics.by_kind);
    fmt::print("\n");
    print(run, "exception class", statistics.by_class);
    fmt::print(
        "\nNet instructions from the trap to the return to the guest. A histogram's first bar begins at `from`, "
        "each further one at twice as many.\n");
    print_dropped(run.trace);
    return 0;
}

}  // namespace ws::cli
