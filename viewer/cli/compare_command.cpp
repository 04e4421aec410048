// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/base/atomic_file.hpp"
#include "viewer/report/comparison_report.hpp"
#include "viewer/report/rows.hpp"

namespace ws::cli {
namespace {

using model::ComparisonRow;
using model::KindFigures;

/// Adds lines of two figures and their difference to the table.
class Lines {
  public:
    Lines(Table& table, const ComparisonRow& row) : table_(table), row_(row) {}

    /// What a run does not tell of the kind is null.
    using Value = std::optional<i64>;
    void add(const std::string& name, Value a, Value b, const std::string& ratio = "") {
        const bool both = row_.a.count != 0 && row_.b.count != 0 && a && b;
        table_.add({"  " + name, cell(row_.a, a), cell(row_.b, b), both ? signed_thousands(*b - *a) : "", ratio});
    }
    void add_unless_zero(const std::string& name, Value a, Value b) {
        if (a.value_or(0) != 0 || b.value_or(0) != 0) add(name, a, b);
    }
    /// Of a kind that a run has, but without such figures: why.
    void add_missing(const std::string& name, bool in_a, bool in_b, const char* why) {
        if (in_a || in_b) table_.add({"  " + name, in_a ? why : "", in_b ? why : ""});
    }

  private:
    static std::string cell(const KindFigures& figures, Value value) {
        if (figures.count == 0) return "-";
        if (!value) return "";
        return *value < 0 ? signed_thousands(*value) : thousands(static_cast<u64>(*value));
    }

    Table& table_;
    const ComparisonRow& row_;
};

using Value = std::optional<i64>;

Value of(u64 value) {
    return static_cast<i64>(value);
}

void add_net(Lines& lines, const ComparisonRow& row) {
    const auto net = [](const KindFigures& figures, u64 value) { return figures.measured != 0 ? of(value) : Value(); };
    const std::string ratio = row.both_measured() && row.ratio() != 0 ? fmt::format("{:.2f}", row.ratio()) : "";
    lines.add("net instructions, median", net(row.a, row.a.net.median), net(row.b, row.b.net.median), ratio);
    lines.add("    least", net(row.a, row.a.net.min), net(row.b, row.b.net.min));
    lines.add("    most", net(row.a, row.a.net.max), net(row.b, row.b.net.max));
    lines.add_unless_zero("    not measurable here, left out", of(row.a.count - row.a.measured),
                          of(row.b.count - row.b.measured));
}

void add_row(Table& table, const ComparisonRow& row) {
    Lines lines(table, row);
    table.add_heading({row.kind});
    table.add({"  operations", thousands(row.a.count), thousands(row.b.count)});
    if (row.only_a != 0 || row.only_b != 0)
        table.add({"    without partner", thousands(row.only_a), thousands(row.only_b)});
    add_net(lines, row);
    lines.add("exceptions taken", of(row.a.traps), of(row.b.traps));
    lines.add("exception levels crossed", of(row.a.els_crossed), of(row.b.els_crossed));
    lines.add_missing("registers, control registers, steps", row.a.count != 0 && !row.a.recorded,
                      row.b.count != 0 && !row.b.recorded, model::kNotRecorded);
    const auto recorded = [](const KindFigures& figures, u64 value) { return figures.recorded ? of(value) : Value(); };
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const char* const name = kRegisterClasses[i].name;
        const model::Moved& a = row.a.registers[i];
        const model::Moved& b = row.b.registers[i];
        lines.add_unless_zero(fmt::format("{} registers saved", name), recorded(row.a, a.saved),
                              recorded(row.b, b.saved));
        lines.add_unless_zero(fmt::format("{} registers restored", name), recorded(row.a, a.restored),
                              recorded(row.b, b.restored));
    }
    lines.add_unless_zero("control registers written", recorded(row.a, row.a.control_writes),
                          recorded(row.b, row.b.control_writes));
    lines.add_unless_zero("    with another value", recorded(row.a, row.a.control_changes),
                          recorded(row.b, row.b.control_changes));
    for (const model::PartInfo& part : model::part_infos()) {
        const auto of_part = [&part](const KindFigures& figures) {
            return figures.parts.empty() ? Value() : Value(figures.parts[static_cast<std::size_t>(part.part)]);
        };
        lines.add_unless_zero(fmt::format("of the median: {}", part.words), of_part(row.a), of_part(row.b));
    }
}

std::string describe(const model::Run& run) {
    return fmt::format("{}  ({}, {} CPU{}; ended: {})", run.trace.path().string(), run.title(), run.trace.cpus(),
                       run.trace.cpus() == 1 ? "" : "s", run.end.words);
}

void print_text(const model::Run& a, const model::Run& b, const model::Comparison& comparison) {
    const model::Pairing& pairing = comparison.pairing;
    fmt::print("A  {}\nB  {}\n\n", describe(a), describe(b));
    fmt::print("{} operations paired; {} only in A, {} only in B{}\n\n", thousands(pairing.pairs.size()),
               thousands(pairing.only_a.size()), thousands(pairing.only_b.size()),
               pairing.exact ? "" : " (too different for a full search: more of them may belong together)");
    if (!pairing.not_measurable.empty()) {
        fmt::print("{}\n\n", wrapped(report::not_measurable_sentence(pairing.not_measurable.size()).substr(1)));
    }
    Table table({"a median operation", "A " + a.trace.design(), "B " + b.trace.design(), "B - A", "A / B"});
    for (const ComparisonRow& row : comparison.rows) add_row(table, row);
    table.print();
    fmt::print(
        "\nInstructions on the net clock: what the recorder spent is taken off. They are counted, not cycles.\n");
    print_dropped(a.trace);
    print_dropped(b.trace);
}

/// Into the file if there is one, else to standard output.
void put(const std::string& file, const std::string& text) {
    if (file.empty()) {
        fmt::print("{}", text);
        return;
    }
    model::write_atomically(file, text);
    fmt::print("{}: written\n", file);
}

}  // namespace

int compare_command(const CompareArguments& arguments) {
    const model::CostProfile profile = model::CostProfile::load(arguments.profile);
    const model::Run a = open_run(arguments.a);
    const model::Run b = open_run(arguments.b);
    const model::Comparison comparison = model::compare(a, b);
    if (!arguments.json && !arguments.markdown && !arguments.html) {
        print_text(a, b, comparison);
        return 0;
    }
    if (!arguments.file.empty()) {
        model::spare_run_files(arguments.file, a.trace.path());
        model::spare_run_files(arguments.file, b.trace.path());
    }
    const Json report = report::comparison_report(a, b, comparison, profile);
    if (arguments.json) {
        print_json(report);
    } else {
        put(arguments.file, arguments.html ? report::html_of(report) : report::markdown_of(report));
    }
    return 0;
}

}  // namespace ws::cli
