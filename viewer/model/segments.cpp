// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/segments.hpp"

#include <algorithm>

namespace ws::model {
namespace {

template <class Count>
u32 sum(const std::array<Moved, kRegisterClassCount>& blocks, Count count) {
    u32 total = 0;
    for (const Moved& moved : blocks) total += count(moved);
    return total;
}

World world_after_eret(const trace::payload::eret& eret) {
    if (el_of_spsr(eret.SPSR_EL2) == 2) return World::el2;
    const bool el1 = el_of_spsr(eret.SPSR_EL2) == 1;
    if (eret.owner == trace::kHost) return el1 ? World::host_el1 : World::host_el0;
    return el1 ? World::guest_el1 : World::guest_el0;
}

void count(Moves& moves, const Trace& trace, const Event& event) {
    if (const auto c = block_class(event)) {
        Moved& moved = moves.blocks[static_cast<std::size_t>(*c)];
        const bool save = trace.block(event).operation == trace::Operation::save;
        (save ? moved.saved : moved.restored) += event.info().registers;
    } else if (event.is(trace::EventId::control_write)) {
        const auto id = static_cast<std::size_t>(trace.as<trace::payload::control_write>(event).sysreg);
        const RegisterClass written = id < kSysregCount ? kSysregs[id].register_class : RegisterClass::other;
        ++moves.control_writes[static_cast<std::size_t>(written)];
    }
}

/// Walks the events of one operation and cuts where a step, or a world, begins or ends.
class Cutter {
  public:
    Cutter(const Trace& trace, const Operation& operation, OperationEvents& out)
        : trace_(trace), origin_(operation.begin), out_(out) {}

    void take(u32 place) {
        const Event& event = trace_.event(out_.events[place]);
        if (event.is(trace::EventId::trap)) {
            cut(place, event.net);
            world_ = World::el2;
        } else if (event.is(trace::EventId::phase_begin)) {
            cut(place, event.net);
            steps_.push_back(static_cast<u8>(trace_.as<trace::payload::phase_begin>(event).step));
        }
        count(moves_, trace_, event);
        count(out_.moves, trace_, event);
        if (event.is(trace::EventId::phase_end)) {
            const auto step = static_cast<u8>(trace_.as<trace::payload::phase_end>(event).step);
            cut(place + 1, event.net);
            const auto found = std::find(steps_.rbegin(), steps_.rend(), step);
            if (found != steps_.rend()) steps_.erase(found.base() - 1, steps_.end());
        } else if (event.is(trace::EventId::eret)) {
            cut(place + 1, event.net);
            steps_.clear();
            world_ = world_after_eret(trace_.as<trace::payload::eret>(event));
        }
    }

  private:
    /// Ends the piece that runs: the events up to `place` are its own.
    void cut(u32 place, i64 net) {
        const i64 end = std::max(net - origin_, begin_);
        const u8 step = steps_.empty() || steps_.back() > kMaxStep ? u8{0} : steps_.back();
        if (end > begin_ || moves_.saved() + moves_.restored() + moves_.written() > 0) {
            out_.segments.push_back({begin_, end, first_, place, step, world_, moves_});
            first_ = place;
        }
        begin_ = end;
        moves_ = {};
    }

    const Trace& trace_;
    const i64 origin_;
    OperationEvents& out_;
    std::vector<u8> steps_;
    World world_ = World::el2;
    Moves moves_;
    i64 begin_ = 0;
    u32 first_ = 0;
};

}  // namespace

Moves moves_between(const Trace& trace, EventIndex first, EventIndex last) {
    static constexpr EventIndex kMost = 10000;
    Moves moves;
    const u32 cpu = trace.event(first).cpu();
    for (EventIndex index = first; index <= last && index - first < kMost; ++index) {
        if (trace.event(index).cpu() == cpu) count(moves, trace, trace.event(index));
    }
    return moves;
}

u32 Moves::saved() const {
    return sum(blocks, [](const Moved& moved) { return moved.saved; });
}

u32 Moves::restored() const {
    return sum(blocks, [](const Moved& moved) { return moved.restored; });
}

u32 Moves::written() const {
    u32 total = 0;
    for (const u32 writes : control_writes) total += writes;
    return total;
}

const Segment* OperationEvents::segment_of(EventIndex event) const {
    const auto found = std::lower_bound(events.begin(), events.end(), event);
    if (found == events.end() || *found != event) return nullptr;
    const u32 place = static_cast<u32>(found - events.begin());
    for (const Segment& segment : segments) {
        if (place >= segment.first && place < segment.last) return &segment;
    }
    return nullptr;
}

OperationEvents take_apart(const Run& run, const Operation& operation) {
    OperationEvents result;
    const auto& of_cpu = run.trace.events_of(operation.cpu);
    const auto first = std::lower_bound(of_cpu.begin(), of_cpu.end(), operation.first);
    const auto last = std::upper_bound(first, of_cpu.end(), operation.last);
    result.events.assign(first, last);
    Cutter cutter(run.trace, operation, result);
    for (u32 place = 0; place < result.events.size(); ++place) cutter.take(place);
    return result;
}

}  // namespace ws::model
