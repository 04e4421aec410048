// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/recorder_cost.hpp"
#include "viewer/model/operations/summary.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::Counts& counts) {
    Json json = Json::object();
    for (const auto& [name, count] : counts) json[name] = count;
    return json;
}

void print_counts(const std::string& title, const model::Counts& counts) {
    if (counts.empty()) return;
    fmt::print("\n");
    Table table({title, "count"});
    for (const auto& [name, count] : counts) table.add({"  " + name, thousands(count)});
    table.print();
}

void print_text(const model::Run& run, const model::Summary& summary) {
    const model::Trace& trace = run.trace;
    fmt::print("{}\n", strong(trace.path().string()));
    for (const auto& [key, value] : trace.metadata().env) fmt::print("  {:16}{}\n", key, value);
    fmt::print("  {:16}{}\n", "uuid", model::to_string(trace.metadata().uuid));
    fmt::print("  {:16}{}\n\n", "ended", run.end.words);
    for (const std::string& damage : trace.damage_told()) fmt::print("damaged: {}\n\n", damage);
    Table table({"instructions", ""});
    table.add({"  raw, first event to last", thousands(summary.raw)});
    // What other CPUs executed in a recording that was cut has been taken for the recorder's.
    const char* const least = summary.cut != 0 ? "at least " : "";
    const char* const most = summary.cut != 0 ? "at most " : "";
    table.add({"  net, less what the recorder spent", least + thousands(summary.net)});
    table.add({"  recorder, all CPUs", most + thousands(summary.recorder)});
    table.print();
    fmt::print("\n{} events in {} packets, {} bytes; {} events dropped; {} operations not finished\n",
               thousands(summary.events), thousands(trace.packets().size()), thousands(trace.bytes()),
               thousands(trace.discarded()), thousands(summary.unfinished));
    print_counts("events", summary.by_kind);
    print_counts("traps, by exception class", summary.traps);
    print_counts("operations of guests", summary.operations);
    print_not_measurable(run);
}

Json recorder_json(const model::Trace& trace) {
    Json json = Json::object();
    for (const model::CostRow& row : model::recorder_cost(trace)) json[row.events] = cli::json_of(row.instructions);
    return json;
}

}  // namespace

int summary_command(const std::string& trace, bool json) {
    const model::Run run = open_run(trace);
    const model::Summary summary = model::summarize(run);
    if (!json) {
        print_text(run, summary);
        return 0;
    }
    print_json({{"run", json_of_env(run.trace)},
                {"complete", run.trace.complete()},
                {"events", summary.events},
                {"packets", run.trace.packets().size()},
                {"bytes", run.trace.bytes()},
                {"events_discarded", run.trace.discarded()},
                {"raw", summary.raw},
                {"net", summary.cut == 0 ? Json(summary.net) : Json()},
                {"net_at_least", summary.net},
                {"recorder", summary.cut == 0 ? Json(summary.recorder) : Json()},
                {"recorder_at_most", summary.recorder},
                {"recorder_by_kind", recorder_json(run.trace)},
                {"events_by_kind", json_of(summary.by_kind)},
                {"traps", json_of(summary.traps)},
                {"operations", json_of(summary.operations)},
                {"unfinished", summary.unfinished},
                {"cut_recordings", summary.cut},
                {"not_measurable", summary.not_measurable},
                {"why_not_measurable", summary.cut != 0 ? report::json_of_why() : Json()}});
    return 0;
}

}  // namespace ws::cli
