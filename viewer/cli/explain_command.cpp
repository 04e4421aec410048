// SPDX-License-Identifier: Apache-2.0
// Why one kind of operation costs more in one run than in another: as text, as data, as a table for a report.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/explain/causes.hpp"
#include "viewer/model/explain/what_if.hpp"
#include "viewer/model/operations/run_names.hpp"
#include "viewer/report/comparison_report.hpp"

namespace ws::cli {
namespace {

using model::Explanation;
using model::Figures;
using model::Part;
using model::PartInfo;

void print_as_json(const model::Run& a, const model::Run& b, const Explanation& explanation,
                   const model::Parts& left_out) {
    Json json = {{"runs", {{"a", json_of_env(a.trace)}, {"b", json_of_env(b.trace)}}},
                 {"kind", explanation.kind},
                 {"designs", {{"a", explanation.design_a}, {"b", explanation.design_b}}},
                 {"profile", report::json_of(explanation.profile)},
                 {"measured", Json::array({"instructions"})},
                 {"modelled", Json::array({"cycles"})}};
    json.update(report::json_of(explanation));
    if (left_out.any()) {
        Json names = Json::array();
        for (const PartInfo& info : model::part_infos()) {
            if (left_out[static_cast<std::size_t>(info.part)]) names.push_back(info.name);
        }
        json["what_if"] = {{"without", names}};
        json["what_if"].update(
            json_of(model::without(explanation.a, left_out), model::without(explanation.b, left_out)));
    }
    print_json(json);
}

bool has(const Explanation& explanation, Part part) {
    const auto any = [](const Figures& figures) { return figures.instructions != 0 || figures.cycles != 0; };
    return part == Part::residual || any(explanation.a[part].figures) || any(explanation.b[part].figures);
}

/// Cells of instructions and of cycles, each A, B and the difference.
std::vector<std::string> cells(const Figures& a, const Figures& b) {
    using model::whole_cycles;
    const auto figure = [](i64 value) {
        return value < 0 ? signed_thousands(value) : thousands(static_cast<u64>(value));
    };
    return {figure(a.instructions),
            figure(b.instructions),
            signed_thousands(b.instructions - a.instructions),
            figure(whole_cycles(a.cycles)),
            figure(whole_cycles(b.cycles)),
            signed_thousands(whole_cycles(b.cycles - a.cycles))};
}

std::vector<std::string> row(const std::string& name, const Figures& a, const Figures& b) {
    std::vector<std::string> all = {name};
    for (std::string& cell : cells(a, b)) all.push_back(std::move(cell));
    return all;
}

std::string names_of(const model::Parts& parts) {
    std::string names;
    for (const PartInfo& info : model::part_infos()) {
        if (parts[static_cast<std::size_t>(info.part)]) names += (names.empty() ? "" : ", ") + std::string(info.words);
    }
    return names;
}

constexpr const char* kNote =
    "what happened is counted, and each has its cost there. They are not measured. Here they are rounded, in --json "
    "exact.";

void print_as_text(const ExplainArguments& arguments, const model::Run& a, const model::Run& b,
                   const Explanation& explanation, const model::Parts& left_out) {
    fmt::print("A  {}  ({})\nB  {}  ({})\n\n", a.trace.path().string(), told(a), b.trace.path().string(), told(b));
    fmt::print("{}: pair {} of {}{} {} and {}\n\n", strong(explanation.kind), thousands(explanation.number),
               thousands(explanation.pairs),
               arguments.number == 0 ? ", whose costs are nearest to the medians" : "; the medians of all are",
               thousands(explanation.net_a.median), thousands(explanation.net_b.median));
    fmt::print("{}\n", wrapped(model::headline(explanation)));
    for (const model::Cause& cause : model::causes(explanation)) {
        fmt::print("\n{}, {} instructions\n{}\n", strong(model::info_of(cause.part).words),
                   signed_thousands(cause.instructions), wrapped(cause.why));
    }
    fmt::print("\nInstructions are counted, on the net clock. Cycles are modelled with the profile {}:\n{}\n\n",
               explanation.profile.told(), kNote);
    Table table({"", "A, instr.", "B, instr.", "B - A", "A, cycles", "B, cycles", "B - A"});
    for (const PartInfo& info : model::part_infos()) {
        if (has(explanation, info.part)) {
            table.add(row(std::string("  ") + info.words, explanation.a[info.part].figures,
                          explanation.b[info.part].figures));
        }
    }
    table.add_heading(row("whole", explanation.a.whole, explanation.b.whole));
    if (left_out.any()) {
        table.add(row("what if: without " + names_of(left_out), model::without(explanation.a, left_out),
                      model::without(explanation.b, left_out)));
    }
    table.print();
    fmt::print("\n");
    for (const std::string& sentence : model::sentences(explanation)) fmt::print("{}\n", wrapped(sentence));
    print_dropped(a.trace);
    print_dropped(b.trace);
}

void print_as_markdown(const model::Run& a, const model::Run& b, const Explanation& explanation) {
    const auto [name_a, name_b] = model::names_of_two(a, b);
    fmt::print("### {}: {} and {}\n\n", explanation.kind, name_a, name_b);
    for (const auto& [letter, run] : {std::pair{'A', &a}, std::pair{'B', &b}}) {
        if (run->end.bad()) fmt::print("Warning: how {} ended: {}.\n\n", letter, run->end.words);
        for (const std::string& damage : run->trace.damage_told()) {
            fmt::print("Warning: {} is damaged: {}.\n\n", letter, damage);
        }
    }
    fmt::print("{}", report::markdown_of_causes(report::json_of(explanation)));
    fmt::print("{}", report::markdown_of_parts(report::json_of(explanation)));
    fmt::print("\nA is `{}`, B is `{}`. Instructions are counted. Cycles are modelled with the profile `{}`: {}\n\n",
               name_a, name_b, explanation.profile.told(), kNote);
    for (const std::string& sentence : model::sentences(explanation)) fmt::print("- {}\n", sentence);
}

model::Parts parts_to_leave_out(const std::string& names) {
    try {
        return model::parse_parts(names);
    } catch (const std::invalid_argument& error) {
        throw model::ExplainError(fmt::format("--without {}: {}", names, error.what()));
    }
}

}  // namespace

int explain_command(const ExplainArguments& arguments) {
    model::CostProfile profile = model::CostProfile::load(arguments.profile);
    for (const std::string& cost : arguments.costs) model::set_cost(profile, cost);
    const model::Parts left_out = parts_to_leave_out(arguments.without);
    const model::Run a = open_run(arguments.a);
    const model::Run b = open_run(arguments.b);
    const Explanation explanation = model::explain(a, b, arguments.kind, profile, arguments.number);
    if (arguments.json) {
        print_as_json(a, b, explanation, left_out);
    } else if (arguments.markdown) {
        print_as_markdown(a, b, explanation);
    } else {
        print_as_text(arguments, a, b, explanation, left_out);
    }
    return 0;
}

}  // namespace ws::cli
