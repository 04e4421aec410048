// SPDX-License-Identifier: Apache-2.0
// Intervals of one lane of the time line, prepared so that any stretch of any length is answered in the time of a
// binary search: which intervals are there, and how much of the stretch they fill. So a picture of millions of events
// costs as much as its width in pixels.
#pragma once

#include <utility>
#include <vector>

#include "viewer/model/trace/timeline.hpp"

namespace ws::model {

/// Intervals that do not overlap, ascending, of items that ascend as well; 9 bytes each.
class LaneIndex {
  public:
    struct Interval {
        i64 begin;
        i64 end;
        u32 item;  ///< place in CpuTimeline::spans, phases or stints
    };

    void add(i64 begin, i64 end, u32 item);

    std::size_t size() const { return intervals_.size(); }
    Interval operator[](std::size_t place) const;
    /// The first interval that ends after `time`; size() if there is none.
    std::size_t first_after(i64 time) const;
    /// The first interval that begins at or after `time`, from `from` on.
    std::size_t first_from(i64 time, std::size_t from) const;
    /// How much of [begin, end) is filled.
    i64 filled(i64 begin, i64 end) const { return filled_before(end) - filled_before(begin); }

    /// Both at once for a time: the first interval from there on, and how much is filled before. `near` is how far off
    /// an answer may be: then it is that of a block's begin, whose intervals need not be looked at.
    struct Mark {
        std::size_t place;
        i64 filled;
        bool exact;
    };
    Mark mark(i64 time, std::size_t from, i64 near) const;

  private:
    /// Times and items within a block are told from its first ones.
    struct Packed {
        u64 begin : 27;
        u64 length : 24;
        u64 item : 13;
    };
    static constexpr u64 kMostBegin = (1 << 27) - 1;
    static constexpr u64 kLong = (1 << 24) - 1;
    static constexpr u64 kMostItem = (1 << 13) - 1;
    static_assert(sizeof(Packed) == sizeof(u64));
    struct [[gnu::packed]] Block {
        i64 begin;
        i64 filled_before;  ///< the lengths of all intervals before the block
        u32 item;
    };
    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kStride = 64;
    static constexpr std::size_t kNear = 8;  ///< blocks that are looked through before a search

    /// The last block that begins at or before `time`, from block `from` on; `from` if there is none.
    std::size_t block_at(i64 time, std::size_t from) const;
    i64 filled_before(i64 time) const;
    i64 filled_in_block(std::size_t block, i64 time) const;
    /// From a block's begin to the next one's is no longer than that.
    bool is_short(std::size_t block, i64 near) const {
        return block + 1 < blocks_.size() && blocks_[block + 1].begin - blocks_[block].begin <= near;
    }

    std::vector<Block> blocks_;
    /// The begins of every kStride-th block, side by side: so few that a search among them stays in the cache.
    std::vector<i64> strides_;
    std::vector<Packed> intervals_;
    /// What those bits cannot tell, whose length is kLong instead: ascending by place.
    std::vector<std::pair<std::size_t, Interval>> long_;
    i64 end_ = 0;     ///< of the last interval
    i64 filled_ = 0;  ///< the lengths of all
};

/// The lanes that a CPU is drawn in: EL0 and EL1 of a world share one.
enum class Lane : u8 { guest, el2, host };
inline constexpr std::size_t kLanes = 3;
Lane lane_of(World world);

/// One CPU's lanes.
struct CpuLanes {
    LaneIndex spans[kLanes];
    std::vector<LaneIndex> phases[kLanes];  ///< by depth
    LaneIndex stints;                       ///< whose the CPU is
    i64 begin = 0;                          ///< net time of the CPU's first and last event
    i64 end = 0;
};

/// By CPU, as the time line is.
std::vector<CpuLanes> make_lanes(const std::vector<CpuTimeline>& timelines);

}  // namespace ws::model
