// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/summary.hpp"

#include <algorithm>
#include <map>

#include "viewer/model/trace/describe.hpp"

namespace ws::model {
namespace {

Counts most_frequent_first(const std::map<std::string, u64>& counts) {
    Counts result(counts.begin(), counts.end());
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return result;
}

/// What a trap was taken for. The host's are told apart.
std::string cause_of(const trace::payload::trap& trap) {
    const std::string name = trap_class(trap);
    return trap.owner == trace::kHost ? name + " of the host" : name;
}

/// The recorder's instructions from a CPU's first event to its last.
u64 spent_on(const Trace& trace, u32 cpu) {
    const auto& events = trace.events_of(cpu);
    if (events.empty()) return 0;
    return trace.recorder_spent(events.back()) - trace.recorder_spent(events.front());
}

}  // namespace

Summary summarize(const Run& run) {
    const Trace& trace = run.trace;
    Summary summary;
    summary.events = trace.events().size();
    std::map<u32, u64> kinds;
    std::map<std::string, u64> traps;
    for (const Event& event : trace.events()) {
        ++kinds[event.id()];
        if (event.is(trace::EventId::trap)) ++traps[cause_of(trace.as<trace::payload::trap>(event))];
    }
    for (const auto& [id, count] : kinds) summary.by_kind.emplace_back(find_event(id)->name, count);
    summary.traps = most_frequent_first(traps);
    std::map<std::string, u64> operations;
    for (const Operation& operation : run.operations.all()) ++operations[run.operations.kind(operation)];
    summary.operations = most_frequent_first(operations);
    summary.unfinished = run.operations.unfinished();
    summary.not_measurable = run.operations.not_measurable();
    const auto of_a_cpu = [&trace](const CutRecording& cut) { return cut.cpu < trace.cpus(); };
    summary.cut =
        static_cast<u64>(std::count_if(trace.cut_recordings().begin(), trace.cut_recordings().end(), of_a_cpu));
    if (summary.events == 0) return summary;
    summary.raw = trace.raw(static_cast<EventIndex>(summary.events - 1)) - trace.raw(0);
    bool net_known = false;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        summary.recorder += spent_on(trace, cpu);
        const auto& events = trace.events_of(cpu);
        if (events.empty() || net_known) continue;
        const i64 net = trace.event(events.back()).net - trace.event(events.front()).net;
        summary.net = net > 0 ? static_cast<u64>(net) : 0;
        net_known = true;
    }
    return summary;
}

}  // namespace ws::model
