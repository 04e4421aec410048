// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/recorder_cost.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::CostRow& row) {
    Json json = {{"event", row.events},
                 {"count", row.count},
                 {"not_measurable", row.cut},
                 {"registers", row.registers},
                 {"instructions", row.count != 0 ? cli::json_of(row.instructions) : Json()}};
    json["allowance"] = row.allowance == 0 ? Json() : Json(row.allowance);
    json["exceeds"] = row.exceeds();
    return json;
}

void print_text(const std::vector<model::CostRow>& rows) {
    Table table({"event", "count", "registers", "least", "median", "most", "allowance", ""});
    u64 cut = 0;
    for (const model::CostRow& row : rows) {
        cut += row.cut;
        if (row.count == 0) {
            table.add({row.events, "0", thousands(row.registers), model::kNotMeasurable});
            continue;
        }
        table.add({row.events, thousands(row.count), thousands(row.registers), thousands(row.instructions.min),
                   thousands(row.instructions.median), thousands(row.instructions.max),
                   row.allowance == 0 ? "-" : thousands(row.allowance), row.exceeds() ? "TOO DEAR" : ""});
    }
    table.print();
    fmt::print(
        "\nInstructions of the recorder for what it wrote in one go; the allowance is {} a register of a block and {} "
        "an event.\n",
        model::kAllowanceRegister, model::kAllowanceEvent);
    if (cut != 0) fmt::print("{} more {}: {}.\n", thousands(cut), model::kNotMeasurable, model::kWhyNotMeasurable);
}

}  // namespace

int cost_command(const std::string& path, bool json) {
    const model::Trace trace = open_trace(path);
    const std::vector<model::CostRow> rows = model::recorder_cost(trace);
    if (!json) {
        print_text(rows);
        return 0;
    }
    Json list = Json::array();
    Json exceeding = Json::array();
    for (const model::CostRow& row : rows) {
        list.push_back(json_of(row));
        if (row.exceeds()) exceeding.push_back(row.events);
    }
    print_json({{"run", json_of_env(trace)}, {"events", std::move(list)}, {"exceeding", std::move(exceeding)}});
    return 0;
}

}  // namespace ws::cli
