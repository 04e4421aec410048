// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/exit_statistics.hpp"

namespace ws::cli {
namespace {

using model::ExitFigures;

Json json_of(const model::Run& run, const ExitFigures& figures) {
    Json histogram = Json::array();
    for (std::size_t i = figures.first_bucket(); i <= figures.last_bucket(); ++i) {
        histogram.push_back({{"from", model::bucket_begin(i)}, {"count", figures.histogram[i]}});
    }
    const auto told = [&figures](Json value) { return figures.measured != 0 ? std::move(value) : Json(); };
    Json json = {
        {"name", figures.name},
        {"count", figures.count},
        {"not_measurable", figures.count - figures.measured},
        {"min", told(figures.min)},
        {"median", told(figures.median)},
        {"p99", told(figures.p99)},
        {"max", told(figures.max)},
        {"sum", told(figures.sum)},
        {"slowest", told({{"operation", figures.slowest}, {"event", run.operations.all()[figures.slowest].first}})},
        {"histogram", std::move(histogram)}};
    if (figures.count != figures.measured) json["why_not_measurable"] = report::json_of_why();
    return json;
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
        if (figures.measured == 0) {
            table.add({figures.name, thousands(figures.count), model::kNotMeasurable});
            continue;
        }
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
    print_not_measurable(run);
    print_dropped(run.trace);
    return 0;
}

}  // namespace ws::cli
