// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"

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
    Json json = {{"benchmark", measurement.benchmark},
                 {"kind", measurement.kind},
                 {"operations", measurement.operations},
                 {"iterations", measurement.iterations},
                 {"uniform", uniform},
                 {"net", figure(measurement.net.median, each.net)},
                 {"net_min", measurement.net.min},
                 {"net_median", measurement.net.median},
                 {"net_max", measurement.net.max},
                 {"operation_net", cli::json_of(measurement.figures.net)},
                 {"exceptions", figure(measurement.figures.traps, each.exceptions)},
                 {"els_crossed", figure(measurement.figures.els_crossed, each.els_crossed)},
                 {"registers", uniform ? cli::json_of_registers(measurement.figures) : json_of_registers(each)},
                 {"control_writes", figure(measurement.figures.control_writes, each.control_writes)},
                 {"control_changes", figure(measurement.figures.control_changes, each.control_changes)},
                 {"recorder", {{"instructions", figure(measurement.recorder, each.recorder)}}}};
    json["net_per_iteration"] = measurement.iterations == 0 ? Json() : Json(each.net);
    return json;
}

/// A count of a uniform benchmark, or an average with its decimals where it has some.
std::string cell(const model::Measurement& measurement, u64 median, double average) {
    return measurement.uniform ? thousands(median) : fmt::format("{:.2f}", average);
}

std::string registers_of(const model::Measurement& measurement) {
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
        table.add({m.benchmark, thousands(m.uniform ? m.operations : m.iterations), cell(m, m.net.median, m.each.net),
                   m.uniform ? thousands(m.net.min) : "", m.uniform ? thousands(m.net.max) : "",
                   cell(m, m.figures.traps, m.each.exceptions),
                   cell(m, m.figures.control_writes, m.each.control_writes)});
    }
    table.print();
    fmt::print(
        "\nnet: instructions from one operation's trap to the next one's, the guest's loop included; median. Where an\n"
        "operation is not one trap (figures with decimals): all CPUs' instructions between the marks, by "
        "iterations.\n\n");
    for (const model::Measurement& m : measurements) {
        fmt::print("{}: {}; registers saved/restored: {}; the recorder took {} instructions\n", m.benchmark,
                   m.kind.empty() ? "no trap" : m.kind, registers_of(m), cell(m, m.recorder, m.each.recorder));
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
