// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/time_span.hpp"

namespace ws::model {
namespace {

void count(SpanFigures& figures, const Trace& trace, const Event& event) {
    if (const auto register_class = block_class(event)) {
        const bool save = trace.block(event).operation == trace::Operation::save;
        (save ? figures.saved : figures.restored) += event.info().registers;
    } else if (event.is(trace::EventId::trap)) {
        ++figures.traps;
        if (trace.as<trace::payload::trap>(event).owner != trace::kHost) ++figures.exits;
    } else if (event.is(trace::EventId::eret)) {
        ++figures.erets;
    } else if (event.is(trace::EventId::control_write)) {
        ++figures.written;
    }
}

}  // namespace

SpanFigures measure_span(const Trace& trace, TimeSpan span, u64 most) {
    SpanFigures figures;
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
