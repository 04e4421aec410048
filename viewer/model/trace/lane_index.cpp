// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/lane_index.hpp"

#include <algorithm>

namespace ws::model {
namespace {

/// Tells the lane that a CPU was in at times that ascend, from its spans.
class LaneWalk {
  public:
    explicit LaneWalk(const Stretches<Span>& spans) : spans_(spans) {}

    Lane at(i64 time) {
        while (next_ < spans_.size() && spans_.begin_of(next_) <= time) ++next_;
        return next_ == 0 ? Lane::el2 : lane_of(static_cast<World>(spans_.packed(next_ - 1).what));
    }

  private:
    const Stretches<Span>& spans_;
    std::size_t next_ = 0;
};

}  // namespace

void LaneIndex::add(i64 begin, i64 end, u32 item) {
    if (size() != 0) begin = std::max(begin, end_);
    end = std::max(begin, end);
    if (size() % kBlock == 0) {
        if (blocks_.size() % kStride == 0) strides_.push_back(begin);
        blocks_.push_back({begin, filled_, item});
    }
    const Block& block = blocks_.back();
    const u64 from = static_cast<u64>(begin - block.begin);
    const u64 length = static_cast<u64>(end - begin);
    const u64 further = u64{item} - block.item;
    if (from > kMostBegin || length >= kLong || further > kMostItem) {
        long_.push_back({size(), {begin, end, item}});
        intervals_.push_back({0, kLong, 0});
    } else {
        intervals_.push_back({from & kMostBegin, length & kLong, further & kMostItem});
    }
    filled_ += end - begin;
    end_ = end;
}

LaneIndex::Interval LaneIndex::operator[](std::size_t place) const {
    const Packed& packed = intervals_[place];
    if (packed.length == kLong) {
        const auto before = [](const auto& entry, std::size_t wanted) { return entry.first < wanted; };
        return std::lower_bound(long_.begin(), long_.end(), place, before)->second;
    }
    const Block& block = blocks_[place / kBlock];
    const i64 begin = block.begin + static_cast<i64>(packed.begin);
    return {begin, begin + static_cast<i64>(packed.length), block.item + static_cast<u32>(packed.item)};
}

std::size_t LaneIndex::block_at(i64 time, std::size_t from) const {
    // Mostly it is near: a picture asks for one column after the other.
    for (std::size_t end = from + 1; end < from + kNear; ++end) {
        if (end >= blocks_.size() || blocks_[end].begin > time) return end - 1;
    }
    const auto by_begin = [](i64 t, const Block& block) { return t < block.begin; };
    const auto stride = std::upper_bound(strides_.begin(), strides_.end(), time);
    const auto end = std::min(static_cast<std::size_t>(stride - strides_.begin()) * kStride, blocks_.size());
    const std::size_t begin = end == 0 ? 0 : (end - 1) / kStride * kStride;
    const auto after = std::upper_bound(blocks_.begin() + static_cast<std::ptrdiff_t>(begin),
                                        blocks_.begin() + static_cast<std::ptrdiff_t>(end), time, by_begin);
    const auto place = static_cast<std::size_t>(after - blocks_.begin());
    return place <= from ? from : place - 1;
}

std::size_t LaneIndex::first_after(i64 time) const {
    std::size_t place = block_at(time, 0) * kBlock;
    while (place < size() && (*this)[place].end <= time) ++place;
    return place;
}

std::size_t LaneIndex::first_from(i64 time, std::size_t from) const {
    return mark(time, from, -1).place;
}

LaneIndex::Mark LaneIndex::mark(i64 time, std::size_t from, i64 near) const {
    if (from >= size()) return {size(), filled_, true};
    // Of equal begins the first counts: so the walk starts before the time.
    const std::size_t block = block_at(time - 1, from / kBlock);
    if (is_short(block, near)) {
        const std::size_t next = (block + 1) * kBlock;
        if (next >= from) return {next, blocks_[block + 1].filled_before, false};
    }
    std::size_t place = std::max(from, block * kBlock);
    while (place < size() && (*this)[place].begin < time) ++place;
    return {place, filled_in_block(block, time), true};
}

i64 LaneIndex::filled_before(i64 time) const {
    return size() == 0 ? 0 : filled_in_block(block_at(time, 0), time);
}

i64 LaneIndex::filled_in_block(std::size_t block, i64 time) const {
    i64 filled = blocks_[block].filled_before;
    const std::size_t end = std::min((block + 1) * kBlock, size());
    for (std::size_t place = block * kBlock; place < end; ++place) {
        const Interval interval = (*this)[place];
        if (interval.begin >= time) break;
        filled += std::min(interval.end, time) - interval.begin;
    }
    return filled;
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

std::vector<CpuLanes> make_lanes(const std::vector<CpuTimeline>& timelines) {
    std::vector<CpuLanes> result(timelines.size());
    for (std::size_t cpu = 0; cpu < result.size(); ++cpu) {
        CpuLanes& lanes = result[cpu];
        const CpuTimeline& timeline = timelines[cpu];
        for (u32 i = 0; i < timeline.spans.size(); ++i) {
            const Span span = timeline.spans[i];
            lanes.spans[static_cast<std::size_t>(lane_of(span.world))].add(span.begin, span.end, i);
        }
        LaneWalk walk(timeline.spans);
        for (u32 i = 0; i < timeline.phases.size(); ++i) {
            const Phase phase = timeline.phases[i];
            auto& by_depth = lanes.phases[static_cast<std::size_t>(walk.at(phase.begin))];
            if (by_depth.size() <= phase.depth) by_depth.resize(phase.depth + std::size_t{1});
            by_depth[phase.depth].add(phase.begin, phase.end, i);
        }
        for (u32 i = 0; i < timeline.stints.size(); ++i) {
            lanes.stints.add(timeline.stints[i].begin, timeline.stints[i].end, i);
        }
        if (!timeline.spans.empty()) {
            lanes.begin = timeline.spans.front().begin;
            lanes.end = std::max(lanes.begin, timeline.spans.back().end);  // no matter what the clock says
        }
        lanes = CpuLanes(std::as_const(lanes));  // a copy has no room to grow, which a large trace would pay for
    }
    return result;
}

}  // namespace ws::model
