// SPDX-License-Identifier: Apache-2.0
// What a stretch of a trace comes to, and a whole trace in a few columns.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/time_span.hpp"
#include "viewer/model/trace/moment.hpp"
#include "viewer/model/trace/overview.hpp"

namespace ws::cli {

int span_command(const SpanArguments& arguments) {
    const model::Trace trace = open_trace(arguments.trace);
    const auto moment = [&](const char* which, const std::string& text) {
        try {
            return model::parse_moment(trace, text).net;
        } catch (const model::MomentError& error) {
            throw model::TraceError(which, error.what());
        }
    };
    const model::TimeSpan span{moment("FROM", arguments.from), moment("TO", arguments.to)};
    if (span.end < span.begin) {
        throw model::TraceError("TO", fmt::format("is before FROM: net {} and {}", span.end, span.begin));
    }
    const model::SpanFigures figures = model::measure_span(trace, span);
    const bool recorded = trace.records_registers();
    if (arguments.json) {
        print_json({{"run", json_of_env(trace)},
                    {"begin", span.begin},
                    {"end", span.end},
                    {"instructions", figures.measurable ? Json(figures.instructions) : Json()},
                    {"instructions_at_least", figures.instructions},
                    {"why_not_measurable", figures.measurable ? Json() : report::json_of_why()},
                    {"damaged", figures.damaged},
                    {"events", figures.events},
                    {"traps", figures.traps},
                    {"exits", figures.exits},
                    {"erets", figures.erets},
                    {"registers", recorded ? Json{{"saved", figures.saved}, {"restored", figures.restored}} : Json()},
                    {"control_writes", recorded ? Json(figures.written) : Json()},
                    {"why_null", recorded ? Json() : Json(report::kWhyNotRecorded)}});
        return 0;
    }
    fmt::print("net {} to {}: {}{} instructions{}\n", span.begin, span.end,
               figures.measurable ? "" : fmt::format("{}, at least ", model::kNotMeasurable),
               thousands(figures.instructions), trace.cpus() > 1 && trace.shared_clock() ? ", of all CPUs" : "");
    fmt::print("events: {}; traps: {} ({} of guests); erets: {}\n", thousands(figures.events), thousands(figures.traps),
               thousands(figures.exits), thousands(figures.erets));
    if (!figures.measurable) fmt::print("{}\n", wrapped(model::kWhyNotMeasurable));
    if (figures.damaged) fmt::print("damaged: {}\n", model::kDamagedSpan);
    if (!recorded) {
        fmt::print("registers and control writes: {}\n", model::kNotRecorded);
        return 0;
    }
    fmt::print("registers: {} saved, {} restored; control writes: {}\n", thousands(figures.saved),
               thousands(figures.restored), thousands(figures.written));
    return 0;
}

int overview_command(const OverviewArguments& arguments) {
    const model::Run run = open_run(arguments.trace);
    const std::vector<model::CpuLanes> lanes = model::make_lanes(run.timeline);
    std::vector<const model::CpuLanes*> cpus;
    for (u32 cpu = 0; cpu < run.trace.cpus(); ++cpu) {
        if (!run.trace.events_of(cpu).empty()) cpus.push_back(&lanes[cpu]);
    }
    const model::Overview overview = model::make_overview(cpus, arguments.columns);
    const double each =
        static_cast<double>(overview.end - overview.begin) / static_cast<double>(std::max<u64>(arguments.columns, 1));
    Json list = Json::array();
    Table table({"from net", "guest", "EL2", "host"});
    for (std::size_t i = 0; i < overview.columns.size(); ++i) {
        const auto& [guest, el2, host] = overview.columns[i];
        const i64 begin = overview.begin + static_cast<i64>(each * static_cast<double>(i));
        list.push_back({{"begin", begin}, {"guest", guest}, {"el2", el2}, {"host", host}});
        const auto percent = [](float part) { return fmt::format("{:.1f}%", 100 * part); };
        table.add({fmt::format("{}", begin), percent(guest), percent(el2), percent(host)});
    }
    if (arguments.json) {
        print_json({{"run", json_of_env(run.trace)},
                    {"begin", overview.begin},
                    {"end", overview.end},
                    {"columns", std::move(list)}});
    } else {
        table.print();
    }
    return 0;
}

}  // namespace ws::cli
