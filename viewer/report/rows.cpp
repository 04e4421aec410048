// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/rows.hpp"

#include <fmt/format.h>

#include <cmath>

#include "viewer/report/figures.hpp"

namespace ws::report {
namespace {

std::string figure(i64 value) {
    return value < 0 ? signed_thousands(value) : thousands(static_cast<u64>(value));
}

/// Figures of both runs; a run that has no such operation has none.
class FigureRows {
  public:
    explicit FigureRows(const Json& kind) : kind_(kind) {}

    void add(const std::string& name, u64 a, u64 b) {
        const bool in_a = kind_["a"]["count"] != 0;
        const bool in_b = kind_["b"]["count"] != 0;
        rows_.push_back({name, in_a ? thousands(a) : "-", in_b ? thousands(b) : "-",
                         in_a && in_b ? signed_thousands(static_cast<i64>(b) - static_cast<i64>(a)) : ""});
    }
    /// The figure that this JSON pointer leads to, 0 where there is none.
    void add(const std::string& name, const std::string& place, bool even_if_zero = true) {
        const Json::json_pointer pointer(place);
        const u64 a = kind_["a"].value(pointer, u64{0});
        const u64 b = kind_["b"].value(pointer, u64{0});
        if (even_if_zero || a != 0 || b != 0) add(name, a, b);
    }
    std::vector<Row> take() { return std::move(rows_); }

  private:
    const Json& kind_;
    std::vector<Row> rows_;
};

/// A register class or a cause, in words.
std::string words(std::string name) {
    for (char& c : name) {
        if (c == '_') c = ' ';
    }
    return name;
}

}  // namespace

std::vector<Row> run_rows(const Json& report) {
    std::vector<std::string> keys;
    const auto& a = report["a"];
    const auto& b = report["b"];
    for (const auto& [key, value] : a.items()) keys.push_back(key);
    for (const auto& [key, value] : b.items()) {
        if (!a.contains(key)) keys.push_back(key);
    }
    std::vector<Row> rows;
    for (const std::string& key : keys) {
        rows.push_back({words(key), a.value(key, std::string("-")), b.value(key, std::string("-"))});
    }
    return rows;
}

std::vector<Row> kind_rows(const Json& report) {
    std::vector<Row> rows;
    for (const Json& kind : report["kinds"]) {
        const auto median = [&](const char* side) {
            return kind[side]["count"] == 0 ? "-" : thousands(kind[side]["net"]["median"].get<u64>());
        };
        const Json& difference = kind["difference"];
        const Json& ratio = kind["ratio"];
        rows.push_back({kind["kind"].get<std::string>(), thousands(kind["a"]["count"].get<u64>()),
                        thousands(kind["b"]["count"].get<u64>()), thousands(kind["paired"].get<u64>()), median("a"),
                        median("b"), difference.is_null() ? "" : signed_thousands(difference.get<i64>()),
                        ratio.is_null() ? "" : fmt::format("{:.2f}", ratio.get<double>())});
    }
    return rows;
}

std::vector<Row> figure_rows(const Json& kind) {
    FigureRows rows(kind);
    rows.add("net instructions, median", "/net/median");
    rows.add("net instructions, least", "/net/min");
    rows.add("net instructions, most", "/net/max");
    rows.add("exceptions taken", "/exceptions");
    rows.add("exception levels crossed", "/els_crossed");
    for (const auto& register_class : kRegisterClasses) {
        const std::string name = register_class.name;
        rows.add(words(name) + " registers saved", "/registers/" + name + "/saved", false);
        rows.add(words(name) + " registers restored", "/registers/" + name + "/restored", false);
    }
    rows.add("control registers written", "/control_writes", false);
    rows.add("control registers written with another value", "/control_changes", false);
    const Json& causes = kind["a"]["net_by_cause"].empty() ? kind["b"]["net_by_cause"] : kind["a"]["net_by_cause"];
    for (const auto& [cause, net] : causes.items()) {
        rows.add("net instructions in " + words(cause), "/net_by_cause/" + cause, false);
    }
    return rows.take();
}

bool has(const Json& part) {
    if (part["part"] == "residual") return true;
    for (const char* unit : {"instructions", "cycles"}) {
        if (part[unit]["a"] != 0 || part[unit]["b"] != 0) return true;
    }
    return false;
}

i64 rounded(const Json& cycles) {
    return std::llround(cycles.get<double>());
}

Row cells(const Json& whole_or_part, const char* unit) {
    const Json& figures = whole_or_part[unit];
    const auto whole = [](const Json& value) { return value.is_number_float() ? rounded(value) : value.get<i64>(); };
    return {figure(whole(figures["a"])), figure(whole(figures["b"])), signed_thousands(whole(figures["difference"]))};
}

std::string pairing_sentence(const Json& report) {
    const Json& operations = report["operations"];
    return fmt::format(
        "{} operations are paired; {} are only in A, {} only in B{}.", thousands(operations["paired"].get<u64>()),
        thousands(operations["only_a"].get<u64>()), thousands(operations["only_b"].get<u64>()),
        operations["exact"].get<bool>() ? "" : " (too different for a full search: more of them may belong together)");
}

std::vector<std::string> warnings(const Json& report) {
    std::vector<std::string> lines;
    for (const char* side : {"a", "b"}) {
        const char name = *side == 'a' ? 'A' : 'B';
        if (!report["bad_end"][side].is_null()) {
            lines.push_back(
                fmt::format("Warning: how {} ended: {}.", name, report["bad_end"][side].get<std::string>()));
        }
        for (const Json& damage : report["damaged"][side]) {
            lines.push_back(fmt::format("Warning: {} is damaged: {}. Operations of that time are left out.", name,
                                        damage.get<std::string>()));
        }
        const u64 dropped = report["dropped"][side].get<u64>();
        if (dropped == 0) continue;
        lines.push_back(fmt::format("Warning: of {} {} events were dropped.", name, thousands(dropped)));
    }
    return lines;
}

std::string modelled_sentence(const Json& profile) {
    return fmt::format(
        "Cycles are modelled, not measured: what happened is counted, and each has its cost in the profile {} ({}).",
        profile["name"].get<std::string>(), profile["machine"].get<std::string>());
}

}  // namespace ws::report
