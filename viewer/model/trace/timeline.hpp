// SPDX-License-Identifier: Apache-2.0
// The time line that follows from the traps and erets: who ran at which exception level, and the steps of each world
// switch as nested phases. All times are on the net clock, in instructions.
#pragma once

#include <algorithm>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// Whose code ran in a span, at which exception level.
enum class World : u8 { guest_el0, guest_el1, el2, host_el0, host_el1 };

/// `guest EL1`, `EL2`, ...
const char* world_name(World world);

/// An interval in which a CPU did not change its exception level as far as the trace tells.
struct Span {
    i64 begin;         ///< net
    i64 end;           ///< net
    EventIndex first;  ///< the trap or eret (or the CPU's first event) that began it
    EventIndex last;   ///< the eret or trap (or the CPU's last event) that ended it
    World world;
    trace::Owner owner;  ///< of EL2: who is to come back, or whose trap it is

    static Span make(i64 begin, i64 end, EventIndex first, EventIndex last, u8 what, u8 which) {
        return {begin, end, first, last, static_cast<World>(what), which};
    }
};

/// A step of a world switch.
struct Phase {
    i64 begin;         ///< net
    i64 end;           ///< net
    EventIndex first;  ///< its phase_begin, or the schedule event that brought its thread back
    EventIndex last;   ///< its phase_end, the eret that ended it, or the schedule event that took its thread away
    trace::Step step;
    u8 depth;  ///< 0 for a phase that is in no other

    static Phase make(i64 begin, i64 end, EventIndex first, EventIndex last, u8 what, u8 which) {
        return {begin, end, first, last, static_cast<trace::Step>(what), which};
    }
};

/// A stretch of time for which a CPU belongs to one vCPU, its guest's and its hypervisor's side alike, or is idle.
struct Stint {
    i64 begin;           ///< net
    i64 end;             ///< net
    EventIndex first;    ///< the event that began it
    trace::Owner owner;  ///< the vCPU; kHost: idle
};

/// What a trace has very many of is kept without its times, which the events have: 10 bytes an item.
struct [[gnu::packed]] PackedStretch {
    EventIndex first;
    EventIndex last;
    u8 what;   ///< a span's world, a phase's step
    u8 which;  ///< a span's owner, a phase's depth
};

/// Spans or phases, made when somebody asks.
template <class Item>
class Stretches : public Indexed<Stretches<Item>> {
  public:
    using value_type = Item;
    explicit Stretches(const EventStore& store) : store_(&store) {}
    std::size_t size() const { return packed_.size(); }
    Item operator[](std::size_t place) const {
        const PackedStretch& packed = packed_[place];
        const i64 begin = store_->net(packed.first);
        const i64 end = packed.last == packed.first ? begin : std::max(begin, store_->net(packed.last));
        return Item::make(begin, end, packed.first, packed.last, packed.what, packed.which);
    }
    i64 begin_of(std::size_t place) const { return store_->net(packed_[place].first); }

    void push_back(const PackedStretch& packed) { packed_.push_back(packed); }
    PackedStretch& last() { return packed_.back(); }
    PackedStretch& packed(std::size_t place) { return packed_[place]; }
    const PackedStretch& packed(std::size_t place) const { return packed_[place]; }

  private:
    const EventStore* store_;
    std::vector<PackedStretch> packed_;
};

/// One CPU's time line; all lists ascend by begin.
struct CpuTimeline {
    explicit CpuTimeline(const EventStore& store) : spans(store), phases(store) {}
    Stretches<Span> spans;
    Stretches<Phase> phases;
    std::vector<Stint> stints;  ///< from the first event that tells whose the CPU is
};

/// By CPU. After dropped events everything starts anew, so no span or phase crosses a gap.
std::vector<CpuTimeline> make_timeline(const Trace& trace, const Progress& progress = {});

/// The exception level in SPSR_EL2.M, 0 to 2; an AArch32 state counts as EL0 (User) or EL1 (Arm ARM C5.2.20).
unsigned el_of_spsr(u64 spsr);

}  // namespace ws::model
