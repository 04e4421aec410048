// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"

namespace ws::cli {
namespace {

Json json_of_registers(const model::PerIteration& each) {
    Json json = Json::object();
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const auto& moved = each.registers[i];
        if (moved.saved == 0 && moved.restored == 0) continue;
        json[kRegisterClasses[i].name] = {{"saved", moved.saved}, {"restored", moved.restored}};
    }
    return json;
}

/// What one iteration comes to: the medians where each is an operation like the others, else the averages.
Json json_of(const model::Measurement& measurement) {
    const model::PerIteration& each = measurement.each;
    const bool uniform = measurement.uniform;
    const auto figure = [uniform](u64 median, double average) { return uniform ? Json(median) : Json(average); };
    const bool net_told = uniform ? measurement.periods != 0 || measurement.operations == 0 : each.measurable;
    const auto of_periods = [&](u64 value) {
        return measurement.periods == 0 && !each.measurable ? Json() : Json(value);
    };
    const auto recorded = [&](Json value) { return measurement.figures.recorded ? std::move(value) : Json(); };
    Json json = {
        {"benchmark", measurement.benchmark},
        {"kind", measurement.kind},
        {"operations", measurement.operations},
        {"iterations", measurement.iterations},
        {"uniform", uniform},
        {"net", net_told ? figure(measurement.net.median, each.net) : Json()},
        {"net_min", of_periods(measurement.net.min)},
        {"net_median", of_periods(measurement.net.median)},
        {"net_max", of_periods(measurement.net.max)},
        {"operation_net", measurement.figures.measured != 0 || measurement.figures.count == 0
                              ? cli::json_of(measurement.figures.net)
                              : Json()},
        {"operations_not_measurable", measurement.figures.count - measurement.figures.measured},
        {"exceptions", figure(measurement.figures.traps, each.exceptions)},
        {"els_crossed", figure(measurement.figures.els_crossed, each.els_crossed)},
        {"registers", recorded(uniform ? cli::json_of_registers(measurement.figures) : json_of_registers(each))},
        {"control_writes", recorded(figure(measurement.figures.control_writes, each.control_writes))},
        {"control_changes", recorded(figure(measurement.figures.control_changes, each.control_changes))},
        {"recorder", {{"instructions", net_told ? figure(measurement.recorder, each.recorder) : Json()}}}};
    json["net_per_iteration"] = measurement.iterations == 0 || !each.measurable ? Json() : Json(each.net);
    if (!each.measurable || !net_told) json["why_not_measurable"] = report::json_of_why();
    if (!measurement.figures.recorded) json["why_null"] = report::kWhyNotRecorded;
    return json;
}

/// A count of a uniform benchmark, or an average with its decimals where it has some.
std::string cell(const model::Measurement& measurement, u64 median, double average) {
    return measurement.uniform ? thousands(median) : fmt::format("{:.2f}", average);
}

std::string registers_of(const model::Measurement& measurement) {
    if (!measurement.figures.recorded) return model::kNotRecorded;
    std::string text;
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const model::Moved median = measurement.figures.registers[i];
        const auto& average = measurement.each.registers[i];
        const double saved = measurement.uniform ? median.saved : average.saved;
        const double restored = measurement.uniform ? median.restored : average.restored;
        if (saved == 0 && restored == 0) continue;
        text += fmt::format("{}{} {:.4g}/{:.4g}", text.empty() ? "" : ", ", kRegisterClasses[i].name, saved, restored);
    }
    return text.empty() ? "none" : text;
}

void print_text(const std::vector<model::Measurement>& measurements) {
    Table table({"benchmark", "operations", "net", "least", "most", "exceptions", "control writes"});
    for (const model::Measurement& m : measurements) {
        const bool told = m.uniform ? m.periods != 0 || m.operations == 0 : m.each.measurable;
        table.add(
            {m.benchmark, thousands(m.uniform ? m.operations : m.iterations),
             told ? cell(m, m.net.median, m.each.net) : model::kNotMeasurable,
             m.uniform && told ? thousands(m.net.min) : "", m.uniform && told ? thousands(m.net.max) : "",
             cell(m, m.figures.traps, m.each.exceptions),
             m.figures.recorded ? cell(m, m.figures.control_writes, m.each.control_writes) : model::kNotRecorded});
    }
    table.print();
    fmt::print(
        "\nnet: instructions from one operation's trap to the next one's, the guest's loop included; median. Where an\n"
        "operation is not one trap (figures with decimals): all CPUs' instructions between the marks, by "
        "iterations.\n\n");
    for (const model::Measurement& m : measurements) {
        fmt::print("{}: {}; registers saved/restored: {}; the recorder took {}{} instructions\n", m.benchmark,
                   m.kind.empty() ? "no trap" : m.kind, registers_of(m),
                   m.uniform || m.each.measurable ? "" : "at most ", cell(m, m.recorder, m.each.recorder));
    }
}

}  // namespace

int measure_command(const std::string& trace, bool json) {
    const model::Run run = open_run(trace);
    const std::vector<model::Measurement> measurements = model::measure(run);
    if (json) {
        Json list = Json::array();
        for (const model::Measurement& measurement : measurements) list.push_back(json_of(measurement));
        print_json({{"run", json_of_env(run.trace)}, {"benchmarks", std::move(list)}});
    } else if (measurements.empty()) {
        fmt::print("no benchmark: the guest put no marks into this trace\n");
    } else {
        print_text(measurements);
    }
    return 0;
}

}  // namespace ws::cli
