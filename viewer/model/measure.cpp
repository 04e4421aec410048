// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "viewer/model/statistics.hpp"

namespace ws::model {
namespace {

/// The marks that a guest puts around a benchmark: see benchmarks.def.
enum class MarkId : u64 { begin = 1, end = 2 };

std::string benchmark_name(u64 number) {
    switch (number) {
#define BENCHMARK(number, name, meaning) \
    case number:                         \
        return name;
#include "hyp/trace/format/benchmarks.def"
#undef BENCHMARK
        default:
            return fmt::format("benchmark {}", number);
    }
}

/// The events between a benchmark's two marks.
struct Bracket {
    u64 number;
    trace::Owner owner;
    EventIndex begin;
    EventIndex end;
};

std::vector<Bracket> find_brackets(const Trace& trace) {
    std::vector<Bracket> brackets;
    std::map<std::pair<trace::Owner, u64>, EventIndex> open;
    for (EventIndex index = 0; index < trace.events().size(); ++index) {
        const Event& event = trace.event(index);
        if (!event.is(trace::EventId::mark)) continue;
        const auto mark = trace.as<trace::payload::mark>(event);
        const std::pair<trace::Owner, u64> key{mark.owner, u64{mark.value}};
        if (mark.id == static_cast<u64>(MarkId::begin)) open[key] = index;
        const auto begin = open.find(key);
        if (mark.id != static_cast<u64>(MarkId::end) || begin == open.end()) continue;
        brackets.push_back({mark.value, mark.owner, begin->second, index});
        open.erase(begin);
    }
    std::sort(brackets.begin(), brackets.end(), [](const Bracket& a, const Bracket& b) { return a.begin < b.begin; });
    return brackets;
}

/// The guest's operations that lie between the marks in whole: those that carry the marks do not.
std::vector<u32> operations_in(const Run& run, const Bracket& bracket) {
    std::vector<u32> places;
    const auto& all = run.operations.all();
    const auto first =
        std::upper_bound(all.begin(), all.end(), bracket.begin,
                         [](EventIndex index, const Operation& operation) { return index < operation.first; });
    for (auto it = first; it != all.end() && it->first < bracket.end; ++it) {
        if (it->owner == bracket.owner && it->last < bracket.end) places.push_back(static_cast<u32>(it - all.begin()));
    }
    return places;
}

KindId most_frequent_kind(const Run& run, const std::vector<u32>& places) {
    std::map<KindId, u64> counts;
    for (const u32 place : places) ++counts[run.operations.all()[place].kind];
    const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::max_element(counts.begin(), counts.end(), less)->first;
}

/// Net time from each operation's trap to the next one's, where both are of the kind and nothing came between.
std::vector<u64> periods(const Run& run, const std::vector<u32>& places, KindId kind) {
    const auto& all = run.operations.all();
    std::vector<u64> result;
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        const Operation& here = all[places[i]];
        const Operation& next = all[places[i + 1]];
        const bool neighbours =
            here.kind == kind && next.kind == kind && here.cpu == next.cpu && next.begin >= here.begin;
        if (neighbours) result.push_back(static_cast<u64>(next.begin - here.begin));
    }
    return result;
}

Measurement measure_bracket(const Run& run, const Bracket& bracket) {
    Measurement result;
    result.benchmark = benchmark_name(bracket.number);
    std::vector<u32> places = operations_in(run, bracket);
    if (places.empty()) return result;
    const auto& all = run.operations.all();
    const KindId kind = most_frequent_kind(run, places);
    result.kind = run.operations.kinds()[kind];
    result.net = spread(periods(run, places, kind));
    std::erase_if(places, [&](u32 place) { return all[place].kind != kind; });
    result.operations = places.size();
    result.figures = figures(run, places);
    std::vector<u64> recorder;
    for (const u32 place : places) {
        const auto spent = [&](EventIndex index) { return run.trace.recorder_spent(run.trace.event(index)); };
        recorder.push_back(spent(all[place].last) - spent(all[place].first));
    }
    result.recorder = spread(std::move(recorder)).median;
    return result;
}

}  // namespace

std::vector<Measurement> measure(const Run& run) {
    std::vector<Measurement> results;
    for (const Bracket& bracket : find_brackets(run.trace)) results.push_back(measure_bracket(run, bracket));
    return results;
}

}  // namespace ws::model
