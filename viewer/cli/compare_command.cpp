// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/text.hpp"

namespace ws::cli {
namespace {

using model::ComparisonRow;
using model::KindFigures;

Json json_of(const KindFigures& figures) {
    Json causes = Json::object();
    for (const auto& [cause, net] : figures.causes) causes[cause] = net;
    return {{"count", figures.count},
            {"net", cli::json_of(figures.net)},
            {"exceptions", figures.traps},
            {"els_crossed", figures.els_crossed},
            {"registers", json_of_registers(figures)},
            {"control_writes", figures.control_writes},
            {"control_changes", figures.control_changes},
            {"net_by_cause", std::move(causes)}};
}

Json json_of(const ComparisonRow& row) {
    const bool both = row.a.count != 0 && row.b.count != 0;
    return {{"kind", row.kind},
            {"a", json_of(row.a)},
            {"b", json_of(row.b)},
            {"paired", row.paired},
            {"only_a", row.only_a},
            {"only_b", row.only_b},
            {"difference", both ? Json(row.difference()) : Json()},
            {"ratio", both && row.ratio() != 0 ? Json(row.ratio()) : Json()}};
}

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
    return fmt::format("{}  ({}, {} CPU{})", run.trace.path().string(), run.title(), run.trace.cpus(),
                       run.trace.cpus() == 1 ? "" : "s");
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

Json json_of_pairing(const model::Pairing& pairing) {
    return {{"paired", pairing.pairs.size()},
            {"only_a", pairing.only_a.size()},
            {"only_b", pairing.only_b.size()},
            {"exact", pairing.exact}};
}

}  // namespace

int compare_command(const std::string& path_a, const std::string& path_b, bool json) {
    const model::Run a = model::Run::load(path_a);
    const model::Run b = model::Run::load(path_b);
    const model::Comparison comparison = model::compare(a, b);
    if (!json) {
        print_text(a, b, comparison);
        return 0;
    }
    Json kinds = Json::array();
    for (const ComparisonRow& row : comparison.rows) kinds.push_back(json_of(row));
    print_json({{"a", json_of_env(a.trace)},
                {"b", json_of_env(b.trace)},
                {"operations", json_of_pairing(comparison.pairing)},
                {"kinds", std::move(kinds)}});
    return 0;
}

}  // namespace ws::cli
