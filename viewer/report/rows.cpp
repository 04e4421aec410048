// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/rows.hpp"

#include <fmt/format.h>

#include <cmath>

#include "viewer/report/figures.hpp"

namespace ws::report {
namespace {

std::string figure(i64 value) { return value < 0 ? signed_thousands(value) : thousands(static_cast<u64>(value)); }

/// Figures of both runs; a run that has no such operation has none.
class FigureRows {
  public:
    explicit FigureRows(const Json& kind) : kind_(kind) {}

    /// The figure that this JSON pointer leads to, 0 where there is none.
    void add(const std::string& name, const std::string& place, bool even_if_zero = true) {
        const Json a = at("a", place);
        const Json b = at("b", place);
        const bool zero = (a.is_null() || a == 0) && (b.is_null() || b == 0);
        if (zero && !even_if_zero) return;
        const bool both = a.is_number() && b.is_number();
        rows_.push_back(
            {name, cell("a", a), cell("b", b), both ? signed_thousands(b.get<i64>() - a.get<i64>()) : std::string()});
    }
    /// Where a run has none of such figures: why.
    void add_missing(const std::string& name, const std::string& place, const char* why) {
        const auto missing = [&](const char* side) {
            return kind_[side]["count"] != 0 && kind_[side][place].is_null();
        };
        if (!missing("a") && !missing("b")) return;
        const auto text = [&](const char* side) { return missing(side) ? why : kind_[side]["count"] == 0 ? "-" : ""; };
        rows_.push_back({name, text("a"), text("b"), ""});
    }
    std::vector<Row> take() { return std::move(rows_); }

  private:
    /// Null where the run has no such operation, or none of which this is known.
    Json at(const char* side, const std::string& place) const {
        const Json& figures = kind_[side];
        if (figures["count"] == 0) return {};
        const Json::json_pointer pointer(place);
        if (figures.contains(pointer)) return figures[pointer];
        const Json& outer = figures[Json::json_pointer(place.substr(0, place.find('/', 1)))];
        return outer.is_null() ? Json() : Json(0);
    }
    std::string cell(const char* side, const Json& value) const {
        if (kind_[side]["count"] == 0) return "-";
        return value.is_null() ? "" : figure(value.get<i64>());
    }

    const Json& kind_;
    std::vector<Row> rows_;
};

/// A register class, in words.
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
        const auto median = [&](const char* side) -> std::string {
            if (kind[side]["count"] == 0) return std::string("-");
            return kind[side]["net"].is_null() ? model::kNotMeasurable
                                               : thousands(kind[side]["net"]["median"].get<u64>());
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
    rows.add_missing("net instructions", "net", model::kNotMeasurable);
    rows.add("operations not measurable here, left out of these", "/not_measured", false);
    rows.add("exceptions taken", "/exceptions");
    rows.add("exception levels crossed", "/els_crossed");
    for (const auto& register_class : kRegisterClasses) {
        const std::string name = register_class.name;
        rows.add(words(name) + " registers saved", "/registers/" + name + "/saved", false);
        rows.add(words(name) + " registers restored", "/registers/" + name + "/restored", false);
    }
    rows.add("control registers written", "/control_writes", false);
    rows.add("control registers written with another value", "/control_changes", false);
    rows.add_missing("registers, control registers, steps", "registers", model::kNotRecorded);
    for (const model::PartInfo& part : model::part_infos()) {
        rows.add(fmt::format("of the median operation: {}", part.words), fmt::format("/net_by_part/{}", part.name),
                 false);
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

i64 rounded(const Json& cycles) { return std::llround(cycles.get<double>()); }

Row cells(const Json& whole_or_part, const char* unit) {
    const Json& figures = whole_or_part[unit];
    const auto whole = [](const Json& value) { return value.is_number_float() ? rounded(value) : value.get<i64>(); };
    return {figure(whole(figures["a"])), figure(whole(figures["b"])), signed_thousands(whole(figures["difference"]))};
}

std::string not_measurable_sentence(u64 pairs) {
    if (pairs == 0) return "";
    return fmt::format(" {} more belong together, but are {} and are left out of all figures: {}.", thousands(pairs),
                       model::kNotMeasurable, model::kWhyNotMeasurable);
}

std::string pairing_sentence(const Json& report) {
    const Json& operations = report["operations"];
    return fmt::format("{} operations are paired; {} are only in A, {} only in B{}.",
                       thousands(operations["paired"].get<u64>()), thousands(operations["only_a"].get<u64>()),
                       thousands(operations["only_b"].get<u64>()),
                       operations["exact"].get<bool>()
                           ? ""
                           : " (too different for a full search: more of them may belong together)") +
           not_measurable_sentence(operations["not_measurable"].get<u64>());
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
