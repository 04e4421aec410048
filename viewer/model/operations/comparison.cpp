// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/comparison.hpp"

#include <algorithm>

#include "viewer/model/operations/segments.hpp"

namespace ws::model {
namespace {

using Places = std::vector<u32>;

/// The median of what `count` says of each operation.
template <class Count>
u64 median_of(const Run& run, const Places& places, Count count) {
    std::vector<u64> values;
    values.reserve(places.size());
    for (const u32 place : places) values.push_back(count(run.operations.all()[place]));
    return spread(std::move(values)).median;
}

void add_registers(KindFigures& result, const Run& run, const Places& places) {
    for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
        if (kRegisterClasses[c].moved_as != MovedAs::block) continue;
        const auto saved = [c](const Operation& operation) { return operation.registers[c].saved; };
        const auto restored = [c](const Operation& operation) { return operation.registers[c].restored; };
        result.registers[c].saved = static_cast<u32>(median_of(run, places, saved));
        result.registers[c].restored = static_cast<u32>(median_of(run, places, restored));
    }
}

/// What the median operation is made of.
void add_parts(KindFigures& result, const Run& run, const Places& measured) {
    if (measured.empty() || !run.trace.records_registers()) return;
    const auto& all = run.operations.all();
    const auto is_median = [&](u32 place) { return all[place].net() == result.net.median; };
    const u32 median = *std::find_if(measured.begin(), measured.end(), is_median);
    const PartInstructions parts = instructions_by_part(run, take_apart(run, all[median]));
    result.parts.assign(parts.begin(), parts.end());
}

/// Finds or adds the row of a kind, keeping the order in which kinds come up.
class Rows {
  public:
    explicit Rows(Comparison& comparison) : comparison_(comparison) {}

    std::size_t of(const std::string& kind) {
        const auto [place, added] = numbers_.try_emplace(kind, comparison_.rows.size());
        if (added) {
            comparison_.rows.emplace_back();
            comparison_.rows.back().kind = kind;
        }
        return place->second;
    }

    /// The row of each kind of a run, by KindId, for the kinds in the order of their first operations.
    std::vector<std::size_t> of_run(const Run& run) {
        std::vector<std::size_t> rows;
        for (const std::string& kind : run.operations.kinds()) rows.push_back(of(kind));
        return rows;
    }

  private:
    Comparison& comparison_;
    std::map<std::string, std::size_t> numbers_;
};

std::vector<Places> places_by_row(const Run& run, const std::vector<std::size_t>& row_of_kind, std::size_t rows) {
    std::vector<Places> places(rows);
    const auto& all = run.operations.all();
    for (u32 i = 0; i < all.size(); ++i) places[row_of_kind[all[i].kind]].push_back(i);
    return places;
}

}  // namespace

Spread spread(std::vector<u64> values) {
    if (values.empty()) return {};
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    const u64 median = *middle;
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {*least, median, *most};
}

i64 ComparisonRow::difference() const {
    return static_cast<i64>(b.net.median) - static_cast<i64>(a.net.median);
}

double ComparisonRow::ratio() const {
    if (a.net.median == 0 || b.net.median == 0) return 0;
    return static_cast<double>(a.net.median) / static_cast<double>(b.net.median);
}

std::vector<u32> measurable_of(const Run& run, std::vector<u32> places) {
    if (run.operations.not_measurable() == 0) return places;
    std::erase_if(places, [&run](u32 place) { return !run.operations.all()[place].measurable; });
    return places;
}

KindFigures figures(const Run& run, const std::vector<u32>& places) {
    KindFigures result;
    result.count = places.size();
    result.recorded = run.trace.records_registers();
    const Places measured = measurable_of(run, places);
    result.measured = measured.size();
    std::vector<u64> net;
    net.reserve(measured.size());
    for (const u32 place : measured) net.push_back(run.operations.all()[place].net());
    result.net = spread(std::move(net));
    result.traps = median_of(run, places, [](const Operation& operation) { return operation.traps; });
    result.els_crossed = median_of(run, places, [](const Operation& operation) { return operation.els_crossed; });
    result.control_writes = median_of(run, places, [](const Operation& operation) { return operation.control_writes; });
    result.control_changes =
        median_of(run, places, [](const Operation& operation) { return operation.control_changes; });
    add_registers(result, run, places);
    add_parts(result, run, measured);
    return result;
}

Comparison compare(const Run& a, const Run& b) {
    Comparison comparison;
    comparison.pairing = pair(a, b);
    Rows rows(comparison);
    const auto rows_of_a = rows.of_run(a);
    const auto rows_of_b = rows.of_run(b);
    const auto places_a = places_by_row(a, rows_of_a, comparison.rows.size());
    const auto places_b = places_by_row(b, rows_of_b, comparison.rows.size());
    for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
        comparison.rows[i].a = figures(a, places_a[i]);
        comparison.rows[i].b = &a == &b ? comparison.rows[i].a : figures(b, places_b[i]);
    }
    const auto& of_a = a.operations.all();
    const auto& of_b = b.operations.all();
    for (const Pair& same : comparison.pairing.pairs) ++comparison.rows[rows_of_a[of_a[same.a].kind]].paired;
    for (const Pair& same : comparison.pairing.not_measurable) {
        ++comparison.rows[rows_of_a[of_a[same.a].kind]].not_measurable;
    }
    for (const u32 place : comparison.pairing.only_a) ++comparison.rows[rows_of_a[of_a[place].kind]].only_a;
    for (const u32 place : comparison.pairing.only_b) ++comparison.rows[rows_of_b[of_b[place].kind]].only_b;
    return comparison;
}

}  // namespace ws::model
