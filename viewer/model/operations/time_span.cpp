// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/time_span.hpp"

#include <algorithm>
#include <utility>

#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

void count(SpanFigures& figures, const Trace& trace, const Event& event) {
    if (const auto move = register_move(trace, event)) {
        (move->is_save() ? figures.saved : figures.restored) += move->registers;
    } else if (event.is(trace::EventId::trap)) {
        ++figures.traps;
        if (trace.as<trace::payload::trap>(event).owner != trace::kHost) ++figures.exits;
    } else if (event.is(trace::EventId::eret)) {
        ++figures.erets;
    } else if (event.is(trace::EventId::control_write)) {
        ++figures.written;
    }
}

/// The raw times of each CPU's first event at or after a net time: the least and the most.
std::pair<u64, u64> raw_from(const Trace& trace, i64 net) {
    std::pair<u64, u64> range{~u64{0}, 0};
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        const std::size_t place = trace.first_from(cpu, net);
        if (place >= trace.events_of(cpu).size()) continue;
        const u64 raw = trace.raw(trace.events_of(cpu)[place]);
        range = {std::min(range.first, raw), std::max(range.second, raw)};
    }
    return range;
}

/// Is the hole between the events of its CPU that are next to the stretch, or its ends?
bool touches(const Trace& trace, const Damage& damage, TimeSpan span) {
    const CpuEvents& events = trace.events_of(damage.cpu);
    std::size_t before = trace.first_from(damage.cpu, span.begin);
    if (before == events.size() || trace.net(events[before]) != span.begin) --before;  // from 0 to nothing
    const std::size_t behind = trace.first_from(damage.cpu, span.end);
    return damage.overlaps(before < events.size() ? trace.raw(events[before]) : 0,
                           behind < events.size() ? trace.raw(events[behind]) : ~u64{0});
}

bool damaged(const Trace& trace, TimeSpan span) {
    return std::any_of(trace.damage().begin(), trace.damage().end(),
                       [&](const Damage& damage) { return touches(trace, damage, span); });
}

}  // namespace

/// A cut recording makes the net clock stand still: a stretch that has no length may lie in one.
bool measurable(const Trace& trace, TimeSpan span) {
    if (trace.cut_recordings().empty()) return true;
    const u64 begin = raw_from(trace, span.begin).first;
    if (span.end > span.begin) return trace.measurable_raw(begin, raw_from(trace, span.end).first);
    return trace.measurable_raw(begin, raw_from(trace, span.end + 1).second);
}

SpanFigures measure_span(const Trace& trace, TimeSpan span, u64 most) {
    SpanFigures figures;
    figures.measurable = measurable(trace, span);
    figures.damaged = damaged(trace, span);
    if (span.end <= span.begin) return figures;
    figures.instructions = static_cast<u64>(span.end - span.begin);
    std::vector<std::pair<std::size_t, std::size_t>> places(trace.cpus());
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        places[cpu] = {trace.first_from(cpu, span.begin), trace.first_from(cpu, span.end)};
        figures.events += places[cpu].second - places[cpu].first;
    }
    if (figures.events > most) return figures;
    figures.counted = true;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        const CpuEvents& events = trace.events_of(cpu);
        for (std::size_t place = places[cpu].first; place < places[cpu].second; ++place) {
            count(figures, trace, trace.event(events[place]));
        }
    }
    return figures;
}

}  // namespace ws::model
