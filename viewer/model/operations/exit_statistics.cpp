// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/exit_statistics.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "viewer/model/operations/comparison.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::model {
namespace {

ExitFigures figures_of(const std::string& name, const Run& run, const std::vector<u32>& places) {
    ExitFigures figures;
    figures.name = name;
    figures.count = places.size();
    const std::vector<u32> measured = measurable_of(run, places);
    figures.measured = measured.size();
    if (measured.empty()) return figures;
    std::vector<u64> net;
    net.reserve(measured.size());
    for (const u32 place : measured) {
        const u64 value = run.operations.all()[place].net();
        if (net.empty() || value > figures.max) figures.slowest = place;
        figures.max = std::max(figures.max, value);
        figures.sum += value;
        ++figures.histogram[static_cast<std::size_t>(std::bit_width(value))];
        net.push_back(value);
    }
    std::sort(net.begin(), net.end());
    static constexpr std::size_t kHundred = 100;
    figures.min = net.front();
    figures.median = net[(net.size() - 1) / 2];
    figures.p99 = net[(net.size() * (kHundred - 1) + kHundred - 1) / kHundred - 1];
    return figures;
}

std::vector<ExitFigures> all_figures(const Run& run, const std::map<std::string, std::vector<u32>>& places) {
    std::vector<ExitFigures> all;
    for (const auto& [name, of_name] : places) all.push_back(figures_of(name, run, of_name));
    std::stable_sort(all.begin(), all.end(), [](const ExitFigures& a, const ExitFigures& b) { return a.sum > b.sum; });
    return all;
}

/// What the guest was trapped by.
std::string class_name(const Run& run, const Operation& operation) {
    return trap_class(run.trace.as<trace::payload::trap>(run.trace.event(operation.first)));
}

}  // namespace

std::size_t ExitFigures::first_bucket() const {
    const auto full = [](u32 values) { return values != 0; };
    return static_cast<std::size_t>(std::find_if(histogram.begin(), histogram.end(), full) - histogram.begin());
}

std::size_t ExitFigures::last_bucket() const {
    std::size_t last = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        if (histogram[i] != 0) last = i;
    }
    return last;
}

ExitStatistics exit_statistics(const Run& run) {
    std::map<std::string, std::vector<u32>> kinds;
    std::map<std::string, std::vector<u32>> classes;
    const auto& all = run.operations.all();
    for (u32 place = 0; place < all.size(); ++place) {
        kinds[run.operations.kind(all[place])].push_back(place);
        classes[class_name(run, all[place])].push_back(place);
    }
    return {all_figures(run, kinds), all_figures(run, classes)};
}

u64 bucket_begin(std::size_t bucket) {
    return bucket == 0 ? 0 : u64{1} << (bucket - 1);
}

}  // namespace ws::model
