// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/idle.hpp"

#include <algorithm>

#include "viewer/model/base/thousands.hpp"

namespace ws::model {
namespace {

using Spans = std::vector<TimeSpan>;

/// Where a CPU is idle; one that never had a thread always is.
Spans idle_of(const Run& run, u32 cpu, TimeSpan span) {
    const std::vector<Stint>& stints = run.timeline[cpu].stints;
    if (stints.empty()) return {span};
    Spans idle;
    auto at = std::lower_bound(stints.begin(), stints.end(), span.begin,
                               [](const Stint& stint, i64 time) { return stint.end <= time; });
    for (; at != stints.end() && at->begin < span.end; ++at) {
        const TimeSpan part{std::max(at->begin, span.begin), std::min(at->end, span.end)};
        if (at->owner == trace::kHost && part.end > part.begin) idle.push_back(part);
    }
    return idle;
}

Spans in_both(const Spans& a, const Spans& b) {
    Spans both;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const TimeSpan part{std::max(a[i].begin, b[j].begin), std::min(a[i].end, b[j].end)};
        if (part.end > part.begin) both.push_back(part);
        a[i].end < b[j].end ? ++i : ++j;
    }
    return both;
}

u64 length(const Spans& stretches) {
    i64 sum = 0;
    for (const TimeSpan& stretch : stretches) sum += stretch.end - stretch.begin;
    return static_cast<u64>(sum);
}

std::string instructions(u64 count) {
    return thousands(count) + (count == 1 ? " instruction" : " instructions");
}

}  // namespace

CpuTime cpu_time(const Run& run, u32 cpu, TimeSpan span) {
    if (span.end <= span.begin) return {};
    const Spans idle = idle_of(run, cpu, span);
    Spans all_idle = idle;
    for (u32 other = 0; other < run.trace.cpus(); ++other) {
        if (other != cpu) all_idle = in_both(all_idle, idle_of(run, other, span));
    }
    const u64 nobody = length(all_idle);
    return {static_cast<u64>(span.end - span.begin) - length(idle), length(idle) - nobody, nobody};
}

std::string words_of_time(const Run& run, u32 cpu, TimeSpan span) {
    if (!measurable(run.trace, span)) return kNotMeasurable;
    const CpuTime time = cpu_time(run, cpu, span);
    if (time.others + time.nobody == 0) return instructions(time.working);
    std::string text = time.working != 0 ? instructions(time.working) + "; " : "";
    if (!run.trace.shared_clock()) return text + "idle";
    if (time.others != 0) text += "idle while others executed " + instructions(time.others);
    if (time.nobody == 0) return text;
    const std::string forward = thousands(time.nobody);
    return text + (time.others != 0 ? "; for " + forward + " more all were idle and the clock was put forward"
                                    : "idle: the clock was put forward by " + forward + ", nobody executed");
}

}  // namespace ws::model
