// SPDX-License-Identifier: Apache-2.0
// The books of one operation of a run, or of the same one in two: register by register.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/operation_choice.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/explain/ledger.hpp"
#include "viewer/model/operations/segments.hpp"

namespace ws::cli {
namespace {

using model::HardwareRegister;
using model::Ledger;
using model::LedgerEntry;

/// One run's operation and its books.
struct Side {
    const model::Run& run;
    const model::Operation& operation;
    u64 number;  ///< of its kind, from 1
    Ledger ledger;
};

Side side_of(const model::Run& run, u32 place) {
    const auto& all = run.operations.all();
    u64 number = 0;
    for (u32 i = 0; i <= place; ++i) number += all[i].kind == all[place].kind ? 1U : 0U;
    return {run, all[place], number, model::keep_ledger(run.trace, model::take_apart(run, all[place]).events)};
}

/// The operations that are shown: of one run, or a pair of both.
std::vector<Side> choose(const RegistersArguments& arguments, const model::Run& a, const model::Run& b) {
    const model::PathPair pair = choose_pair(arguments, a, b);
    std::vector<Side> sides = {side_of(a, pair.a.operation)};
    if (&a != &b) sides.push_back(side_of(b, pair.b.operation));
    return sides;
}

Json json_of(const LedgerEntry& entry) {
    return {{"saved", entry.saved},
            {"restored", entry.restored},
            {"written", entry.written},
            {"redundant_saves", entry.redundant_saves},
            {"redundant_restores", entry.redundant_restores},
            {"redundant_writes", entry.redundant_writes},
            {"saved_not_restored", entry.saved_not_restored},
            {"restored_not_saved", entry.restored_not_saved}};
}

Json json_of(const Side& side) {
    Json registers = Json::array();
    const auto& all = model::hardware_registers();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const LedgerEntry& entry = side.ledger.entries[i];
        if (all[i].only_if_told && entry.moves() == 0) continue;
        Json json = {{"register", all[i].name},
                     {"class", info(all[i].register_class).name},
                     {"treatment", model::treatment(all[i], entry, side.run.trace.layout())},
                     {"remark", model::remark(entry)}};
        json.update(json_of(entry));
        registers.push_back(std::move(json));
    }
    return {{"run", json_of_env(side.run.trace)},
            {"kind", side.run.operations.kind(side.operation)},
            {"number", side.number},
            {"first_event", side.operation.first},
            {"last_event", side.operation.last},
            {"moves", side.ledger.total.moves()},
            {"redundant", side.ledger.total.redundant()},
            {"total", json_of(side.ledger.total)},
            {"registers", std::move(registers)}};
}

void print_side(const Side& side, char letter) {
    fmt::print("{}  {}  ({}): {} {}, events {} to {}\n", letter, side.run.trace.path().string(), told(side.run),
               side.run.operations.kind(side.operation), thousands(side.number), thousands(side.operation.first),
               thousands(side.operation.last));
}

void print_text(const std::vector<Side>& sides) {
    std::vector<std::string> head = {"register"};
    for (std::size_t i = 0; i < sides.size(); ++i) {
        print_side(sides[i], i == 0 ? 'A' : 'B');
        for (const char* what : {"", ", remarks"}) head.push_back(std::string(i == 0 ? "A" : "B") + what);
    }
    fmt::print("\n");
    Table table(head);
    const auto& all = model::hardware_registers();
    const auto told = [&sides](std::size_t i) {
        return std::any_of(sides.begin(), sides.end(),
                           [i](const Side& side) { return side.ledger.entries[i].moves() != 0; });
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].only_if_told && !told(i)) continue;
        if (i == 0 || all[i].register_class != all[i - 1].register_class) {
            table.add_heading({info(all[i].register_class).name});
        }
        std::vector<std::string> row = {"  " + all[i].name};
        for (const Side& side : sides) {
            row.push_back(model::treatment(all[i], side.ledger.entries[i], side.run.trace.layout()));
            row.push_back(model::remark(side.ledger.entries[i]));
        }
        table.add(std::move(row));
    }
    table.print();
    fmt::print("\n");
    for (std::size_t i = 0; i < sides.size(); ++i) {
        const LedgerEntry& total = sides[i].ledger.total;
        fmt::print("{}: {} saved, {} restored, {} written; redundant: {} of {}; unmatched: {}\n", i == 0 ? 'A' : 'B',
                   total.saved, total.restored, total.written, total.redundant(), total.moves(), total.unmatched());
    }
    fmt::print("{}\n", wrapped("Redundant: saved with the value that the copy in memory had already, restored or "
                               "written with the value that the register had already, as far as the trace tells."));
}

}  // namespace

int registers_command(const RegistersArguments& arguments) {
    const model::Run a = open_run(arguments.a);
    std::optional<model::Run> b;
    if (!arguments.b.empty()) b = open_run(arguments.b);
    const std::vector<Side> sides = choose(arguments, a, b ? *b : a);
    if (!arguments.json) {
        print_text(sides);
        return 0;
    }
    Json json = {{"a", json_of(sides.front())}};
    if (sides.size() > 1) json["b"] = json_of(sides.back());
    print_json(json);
    return 0;
}

}  // namespace ws::cli
