// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/benchmark_marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

/// The marks that a guest puts around a benchmark: see benchmarks.def.
enum class MarkId : u64 { begin = 1, end = 2 };

std::string benchmark_name(u64 number) {
    switch (number) {
#define BENCHMARK(number, name, meaning) \
    case number: return name;
#include "hyp/trace/format/benchmarks.def"
#undef BENCHMARK
        default: return fmt::format("benchmark {}", number);
    }
}

/// A mark's value: the benchmark's number, and at the end how many operations were timed (benchmarks.def).
constexpr unsigned kNumberBits = 8;

/// The events between a benchmark's two marks.
struct Bracket {
    u64 number;
    u64 iterations;
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
        const u64 number = mark.value & ((u64{1} << kNumberBits) - 1);
        const std::pair<trace::Owner, u64> key{mark.owner, number};
        if (mark.id == static_cast<u64>(MarkId::begin)) open[key] = index;
        const auto begin = open.find(key);
        if (mark.id != static_cast<u64>(MarkId::end) || begin == open.end()) continue;
        if (trace.damaged_between(begin->second, index)) {  // what is left of it is no measurement
            open.erase(begin);
            continue;
        }
        brackets.push_back({number, mark.value >> kNumberBits, mark.owner, begin->second, index});
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
        if (neighbours && run.trace.measurable(here.first, next.first))
            result.push_back(static_cast<u64>(next.begin - here.begin));
    }
    return result;
}

/// The recorder's instructions on the CPUs that an operation was on.
u64 recorder_in(const Run& run, const Operation& operation) {
    u64 spent = 0;
    for (const Stay& stay : run.operations.stays(operation)) {
        spent += run.trace.recorder_spent(stay.last) - run.trace.recorder_spent(stay.first);
    }
    return spent;
}

/// The stretch from the return to the guest after the first mark to the trap for the last one: what the marks
/// themselves cost is outside. If a mark is in no operation that is whole, it ends at the mark.
struct Stretch {
    EventIndex first;
    EventIndex last;
    i64 net;
};

Stretch stretch_of(const Run& run, const Bracket& bracket) {
    const Operation* const begin = run.operations.at(run.trace, bracket.begin);
    const Operation* const end = run.operations.at(run.trace, bracket.end);
    Stretch stretch{begin != nullptr ? begin->last : bracket.begin, end != nullptr ? end->first : bracket.end, 0};
    stretch.last = std::max(stretch.first, stretch.last);
    stretch.net = run.trace.event(stretch.last).net - run.trace.event(stretch.first).net;
    return stretch;
}

/// Counts what one event is to the figures.
void count(PerIteration& sum, const Trace& trace, const Event& event) {
    if (event.is(trace::EventId::trap)) {
        ++sum.exceptions;
        sum.els_crossed += 2 - el_of_spsr(trace.as<trace::payload::trap>(event).SPSR_EL2);
    } else if (event.is(trace::EventId::eret)) {
        sum.els_crossed += 2 - el_of_spsr(trace.as<trace::payload::eret>(event).SPSR_EL2);
    } else if (event.is(trace::EventId::control_write)) {
        const auto write = trace.as<trace::payload::control_write>(event);
        ++sum.control_writes;
        if (write.old_value != write.new_value) ++sum.control_changes;
    } else if (const auto move = register_move(trace, event)) {
        auto& moved = sum.registers[static_cast<std::size_t>(move->register_class)];
        (move->is_save() ? moved.saved : moved.restored) += move->registers;
    }
}

/// What a CPU's recorder spent from the first of its events in a stretch to the last one.
u64 spent_between(const Trace& trace, u32 cpu, EventIndex first, EventIndex last) {
    const auto& events = trace.events_of(cpu);
    const auto begin = std::lower_bound(events.begin(), events.end(), first);
    const auto end = std::upper_bound(begin, events.end(), last);
    return begin == end ? 0 : trace.recorder_spent(*(end - 1)) - trace.recorder_spent(*begin);
}

/// Can the clocks tell a benchmark's whole? A few cut recordings are no harm to it: what they leave in the dark is at
/// most their own length, and with several CPUs a whole is good for one part in twenty (docs/measuring.rst).
bool tells_whole(const Trace& trace, const Stretch& stretch) {
    static constexpr u64 kParts = 20;
    const u64 begin = trace.raw(stretch.first);
    const u64 end = trace.raw(stretch.last);
    u64 dark = 0;
    for (const CutRecording& cut : trace.cut_recordings()) {
        if (cut.cpu < trace.cpus() && cut.begin < end && cut.end > begin)
            dark += std::min(cut.end, end) - std::max(cut.begin, begin);
    }
    return dark * kParts <= static_cast<u64>(std::max<i64>(stretch.net, 0));
}

PerIteration per_iteration(const Run& run, const Bracket& bracket) {
    const Stretch stretch = stretch_of(run, bracket);
    PerIteration each;
    for (EventIndex index = stretch.first + 1; index < stretch.last; ++index) {
        count(each, run.trace, run.trace.event(index));
    }
    each.net = static_cast<double>(stretch.net);
    each.measurable = tells_whole(run.trace, stretch);
    for (u32 cpu = 0; cpu < run.trace.cpus(); ++cpu) {
        each.recorder += static_cast<double>(spent_between(run.trace, cpu, stretch.first, stretch.last));
    }
    const auto iterations = static_cast<double>(bracket.iterations);
    for (double* figure : {&each.net, &each.exceptions, &each.els_crossed, &each.control_writes, &each.control_changes,
                           &each.recorder}) {
        *figure /= iterations;
    }
    for (auto& moved : each.registers) moved = {moved.saved / iterations, moved.restored / iterations};
    return each;
}

/// Does the median operation say what an iteration costs? It does where there are as many operations of the kind as
/// iterations, where the average agrees with it within this part, and where no other vCPU takes part.
bool is_uniform(const Measurement& measurement) {
    static constexpr double kAgree = 0.01;
    const auto median = static_cast<double>(measurement.net.median);
    const auto traps = static_cast<double>(measurement.figures.traps);
    return measurement.operations == measurement.iterations &&
           (!measurement.each.measurable || std::abs(measurement.each.net - median) <= kAgree * median) &&
           std::abs(measurement.each.exceptions - traps) <= kAgree * traps;
}

Measurement measure_bracket(const Run& run, const Bracket& bracket) {
    Measurement result;
    result.benchmark = benchmark_name(bracket.number);
    result.figures.recorded = run.trace.records_registers();
    result.iterations = bracket.iterations;
    if (bracket.iterations != 0) {
        result.each = per_iteration(run, bracket);
        result.uniform = false;
    }
    std::vector<u32> places = operations_in(run, bracket);
    if (places.empty()) return result;
    const auto& all = run.operations.all();
    const KindId kind = most_frequent_kind(run, places);
    result.kind = run.operations.kinds()[kind];
    std::vector<u64> measured = periods(run, places, kind);
    result.periods = measured.size();
    result.net = spread(std::move(measured));
    std::erase_if(places, [&](u32 place) { return all[place].kind != kind; });
    result.operations = places.size();
    result.figures = figures(run, places);
    std::vector<u64> recorder;
    for (const u32 place : measurable_of(run, places)) recorder.push_back(recorder_in(run, all[place]));
    result.recorder = spread(std::move(recorder)).median;
    result.uniform = bracket.iterations == 0 || is_uniform(result);
    return result;
}

}  // namespace

std::vector<Measurement> measure(const Run& run) {
    std::vector<Measurement> results;
    for (const Bracket& bracket : find_brackets(run.trace)) results.push_back(measure_bracket(run, bracket));
    return results;
}

}  // namespace ws::model
