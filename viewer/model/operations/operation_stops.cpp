// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/operation_stops.hpp"

#include <algorithm>
#include <iterator>

namespace ws::model {
namespace {

/// Both orders in one: what is alone comes before the pair that follows it.
std::vector<Stop> all_stops(const Pairing& pairing, bool two) {
    std::vector<Stop> stops;
    std::size_t next_a = 0;
    std::size_t next_b = 0;
    const auto put_alone = [&](u32 before_a, u32 before_b) {
        for (; next_a < pairing.only_a.size() && pairing.only_a[next_a] < before_a; ++next_a) {
            stops.push_back({pairing.only_a[next_a], kUnpaired});
        }
        for (; two && next_b < pairing.only_b.size() && pairing.only_b[next_b] < before_b; ++next_b) {
            stops.push_back({kUnpaired, pairing.only_b[next_b]});
        }
    };
    std::vector<Pair> pairs;
    std::merge(pairing.pairs.begin(), pairing.pairs.end(), pairing.not_measurable.begin(), pairing.not_measurable.end(),
               std::back_inserter(pairs), [](const Pair& x, const Pair& y) { return x.a < y.a; });
    for (const Pair& pair : pairs) {
        put_alone(pair.a, pair.b);
        stops.push_back({pair.a, two ? pair.b : kUnpaired});
    }
    put_alone(kUnpaired, kUnpaired);
    return stops;
}

std::size_t row_of(const Comparison& comparison, const std::string& kind) {
    const auto same = [&kind](const ComparisonRow& row) { return row.kind == kind; };
    return static_cast<std::size_t>(std::find_if(comparison.rows.begin(), comparison.rows.end(), same) -
                                    comparison.rows.begin());
}

/// How far from the medians a stop is; one without a partner or a time is further than any pair.
u64 distance(const Stop& stop, const Run& a, const Run* b, const ComparisonRow& row) {
    static constexpr u64 kAlone = u64{1} << 40;
    const auto off = [](const Run& run, u32 place, u64 median) {
        if (place == kUnpaired || !run.operations.all()[place].measurable) return kAlone;
        const u64 net = run.operations.all()[place].net();
        return net > median ? net - median : median - net;
    };
    return off(a, stop.a, row.a.net.median) + (b != nullptr ? off(*b, stop.b, row.b.net.median) : 0);
}

}  // namespace

OperationStops::OperationStops(const Run& a, const Run* b, const Comparison& comparison)
    : kinds_(comparison.rows.size()) {
    std::vector<std::size_t> rows_a;
    std::vector<std::size_t> rows_b;
    for (const std::string& kind : a.operations.kinds()) rows_a.push_back(row_of(comparison, kind));
    if (b != nullptr) {
        for (const std::string& kind : b->operations.kinds()) rows_b.push_back(row_of(comparison, kind));
        places_[1].resize(b->operations.all().size());
    }
    places_[0].resize(a.operations.all().size());
    for (const Stop& stop : all_stops(comparison.pairing, b != nullptr)) {
        const std::size_t row =
            stop.a != kUnpaired ? rows_a[a.operations.all()[stop.a].kind] : rows_b[b->operations.all()[stop.b].kind];
        const StopPlace place{static_cast<u32>(row), static_cast<u32>(kinds_[row].stops.size())};
        kinds_[row].stops.push_back(stop);
        if (stop.a != kUnpaired) places_[0][stop.a] = place;
        if (stop.b != kUnpaired) places_[1][stop.b] = place;
    }
    for (u32 row = 0; row < kinds_.size(); ++row) {
        KindStops& kind = kinds_[row];
        const auto nearer = [&](const Stop& x, const Stop& y) {
            return distance(x, a, b, comparison.rows[row]) < distance(y, a, b, comparison.rows[row]);
        };
        kind.typical =
            static_cast<u32>(std::min_element(kind.stops.begin(), kind.stops.end(), nearer) - kind.stops.begin());
        if (comparison.rows[row].paired > comparison.rows[first_kind_].paired) first_kind_ = row;
    }
}

std::optional<StopPlace> OperationStops::find(int run, u32 operation) const {
    const auto& places = places_[run];
    if (operation >= places.size()) return std::nullopt;
    return places[operation];
}

}  // namespace ws::model
