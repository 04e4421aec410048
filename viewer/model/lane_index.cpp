// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/lane_index.hpp"

#include <algorithm>

namespace ws::model {
namespace {

/// The lane of the world that a CPU was in at `time`, from its spans.
Lane lane_at(const std::vector<Span>& spans, i64 time) {
    const auto after =
        std::upper_bound(spans.begin(), spans.end(), time, [](i64 t, const Span& span) { return t < span.begin; });
    return after == spans.begin() ? Lane::el2 : lane_of(std::prev(after)->world);
}

}  // namespace

void LaneIndex::add(i64 begin, i64 end, u32 item) {
    if (!intervals_.empty()) begin = std::max(begin, intervals_.back().end);
    end = std::max(begin, end);
    filled_before_.push_back(
        intervals_.empty() ? 0 : filled_before_.back() + intervals_.back().end - intervals_.back().begin);
    intervals_.push_back({begin, end, item});
}

std::size_t LaneIndex::first_after(i64 time) const {
    const auto found = std::upper_bound(intervals_.begin(), intervals_.end(), time,
                                        [](i64 t, const Interval& interval) { return t < interval.end; });
    return static_cast<std::size_t>(found - intervals_.begin());
}

std::size_t LaneIndex::first_from(i64 time, std::size_t from) const {
    const auto found = std::lower_bound(intervals_.begin() + static_cast<std::ptrdiff_t>(from), intervals_.end(), time,
                                        [](const Interval& interval, i64 t) { return interval.begin < t; });
    return static_cast<std::size_t>(found - intervals_.begin());
}

i64 LaneIndex::filled_before(i64 time) const {
    const std::size_t place = first_after(time);
    if (place == intervals_.size()) {
        return place == 0 ? 0 : filled_before_.back() + intervals_.back().end - intervals_.back().begin;
    }
    return filled_before_[place] + std::max<i64>(0, time - intervals_[place].begin);
}

i64 LaneIndex::filled(i64 begin, i64 end) const {
    return filled_before(end) - filled_before(begin);
}

Lane lane_of(World world) {
    switch (world) {
        case World::guest_el0:
        case World::guest_el1:
            return Lane::guest;
        case World::el2:
            return Lane::el2;
        case World::host_el0:
        case World::host_el1:
            return Lane::host;
    }
    return Lane::el2;
}

std::vector<CpuLanes> make_lanes(const Run& run) {
    std::vector<CpuLanes> result(run.timeline.size());
    for (std::size_t cpu = 0; cpu < result.size(); ++cpu) {
        CpuLanes& lanes = result[cpu];
        const CpuTimeline& timeline = run.timeline[cpu];
        for (u32 i = 0; i < timeline.spans.size(); ++i) {
            const Span& span = timeline.spans[i];
            lanes.spans[static_cast<std::size_t>(lane_of(span.world))].add(span.begin, span.end, i);
        }
        for (u32 i = 0; i < timeline.phases.size(); ++i) {
            const Phase& phase = timeline.phases[i];
            auto& by_depth = lanes.phases[static_cast<std::size_t>(lane_at(timeline.spans, phase.begin))];
            if (by_depth.size() <= phase.depth) by_depth.resize(phase.depth + std::size_t{1});
            by_depth[phase.depth].add(phase.begin, phase.end, i);
        }
        for (u32 i = 0; i < timeline.stints.size(); ++i) {
            lanes.stints.add(timeline.stints[i].begin, timeline.stints[i].end, i);
        }
        if (!timeline.spans.empty()) {
            lanes.begin = timeline.spans.front().begin;
            lanes.end = timeline.spans.back().end;
        }
    }
    return result;
}

}  // namespace ws::model
