// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/whole_file.hpp"
#include "viewer/report/comparison_report.hpp"

namespace ws::cli {
namespace {

using model::ComparisonRow;
using model::KindFigures;

/// Adds lines of two figures and their difference to the table.
class Lines {
  public:
    Lines(Table& table, const ComparisonRow& row) : table_(table), row_(row) {}

    void add(const std::string& name, u64 a, u64 b) {
        table_.add({"  " + name, cell(row_.a, a), cell(row_.b, b), both() ? difference(a, b) : "", ""});
    }
    void add_with_ratio(const std::string& name, u64 a, u64 b) {
        const std::string ratio = both() && a != 0 && b != 0 ? fmt::format("{:.2f}", row_.ratio()) : "";
        table_.add({"  " + name, cell(row_.a, a), cell(row_.b, b), both() ? difference(a, b) : "", ratio});
    }
    void add_unless_zero(const std::string& name, u64 a, u64 b) {
        if (a != 0 || b != 0) add(name, a, b);
    }

  private:
    bool both() const { return row_.a.count != 0 && row_.b.count != 0; }
    static std::string cell(const KindFigures& figures, u64 value) {
        return figures.count == 0 ? "-" : thousands(value);
    }
    static std::string difference(u64 a, u64 b) { return signed_thousands(static_cast<i64>(b) - static_cast<i64>(a)); }

    Table& table_;
    const ComparisonRow& row_;
};

void add_row(Table& table, const ComparisonRow& row) {
    Lines lines(table, row);
    table.add_heading({row.kind});
    table.add({"  operations", thousands(row.a.count), thousands(row.b.count)});
    if (row.only_a != 0 || row.only_b != 0)
        table.add({"    without partner", thousands(row.only_a), thousands(row.only_b)});
    lines.add_with_ratio("net instructions, median", row.a.net.median, row.b.net.median);
    lines.add("    least", row.a.net.min, row.b.net.min);
    lines.add("    most", row.a.net.max, row.b.net.max);
    lines.add("exceptions taken", row.a.traps, row.b.traps);
    lines.add("exception levels crossed", row.a.els_crossed, row.b.els_crossed);
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        lines.add_unless_zero(fmt::format("{} registers saved", kRegisterClasses[i].name), row.a.registers[i].saved,
                              row.b.registers[i].saved);
        lines.add_unless_zero(fmt::format("{} registers restored", kRegisterClasses[i].name),
                              row.a.registers[i].restored, row.b.registers[i].restored);
    }
    lines.add_unless_zero("control registers written", row.a.control_writes, row.b.control_writes);
    lines.add_unless_zero("    with another value", row.a.control_changes, row.b.control_changes);
    for (std::size_t i = 0; i < std::max(row.a.causes.size(), row.b.causes.size()); ++i) {
        const auto& name = row.a.causes.empty() ? row.b.causes[i].first : row.a.causes[i].first;
        const u64 a = row.a.causes.empty() ? 0 : row.a.causes[i].second;
        const u64 b = row.b.causes.empty() ? 0 : row.b.causes[i].second;
        lines.add_unless_zero("net in " + name, a, b);
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
    model::write_whole(file, text);
    fmt::print("{}: written\n", file);
}

}  // namespace

int compare_command(const CompareArguments& arguments) {
    const model::Profile profile = model::Profile::load(arguments.profile);
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
