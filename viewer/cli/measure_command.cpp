// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/text.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::Measurement& measurement) {
    return {{"benchmark", measurement.benchmark},
            {"kind", measurement.kind},
            {"operations", measurement.operations},
            {"net", measurement.net.median},
            {"net_min", measurement.net.min},
            {"net_max", measurement.net.max},
            {"operation_net", cli::json_of(measurement.figures.net)},
            {"exceptions", measurement.figures.traps},
            {"els_crossed", measurement.figures.els_crossed},
            {"registers", json_of_registers(measurement.figures)},
            {"control_writes", measurement.figures.control_writes},
            {"control_changes", measurement.figures.control_changes},
            {"recorder", {{"instructions", measurement.recorder}}}};
}

std::string registers_of(const model::KindFigures& figures) {
    std::string text;
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const model::Moved moved = figures.registers[i];
        if (moved == model::Moved{}) continue;
        text +=
            fmt::format("{}{} {}/{}", text.empty() ? "" : ", ", kRegisterClasses[i].name, moved.saved, moved.restored);
    }
    return text.empty() ? "none" : text;
}

void print_text(const std::vector<model::Measurement>& measurements) {
    Table table({"benchmark", "operations", "net", "least", "most", "exceptions", "control writes"});
    for (const model::Measurement& m : measurements) {
        table.add({m.benchmark, thousands(m.operations), thousands(m.net.median), thousands(m.net.min),
                   thousands(m.net.max), thousands(m.figures.traps), thousands(m.figures.control_writes)});
    }
    table.print();
    fmt::print(
        "\nnet: instructions from one operation's trap to the next one's, the guest's loop included; median.\n\n");
    for (const model::Measurement& m : measurements) {
        fmt::print("{}: {}; registers saved/restored: {}; the recorder took {} instructions\n", m.benchmark, m.kind,
                   registers_of(m.figures), thousands(m.recorder));
    }
}

}  // namespace

int measure_command(const std::string& trace, bool json) {
    const model::Run run = model::Run::load(trace);
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
