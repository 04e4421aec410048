// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/segments.hpp"

#include <algorithm>

#include "viewer/model/trace/open_steps.hpp"
#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

template <class Count>
u32 sum(const std::array<Moved, kRegisterClassCount>& classes, Count count) {
    u32 total = 0;
    for (const Moved& moved : classes) total += count(moved);
    return total;
}

World world_after_eret(const trace::payload::eret& eret) {
    if (el_of_spsr(eret.SPSR_EL2) == 2) return World::el2;
    const bool el1 = el_of_spsr(eret.SPSR_EL2) == 1;
    if (eret.owner == trace::kHost) return el1 ? World::host_el1 : World::host_el0;
    return el1 ? World::guest_el1 : World::guest_el0;
}

void count(Moves& moves, const Trace& trace, const Event& event) {
    if (const auto move = register_move(trace, event)) {
        Moved& moved = moves.moved[static_cast<std::size_t>(move->register_class)];
        (move->is_save() ? moved.saved : moved.restored) += move->registers;
    } else if (event.is(trace::EventId::control_write)) {
        const RegisterClass written = class_of_sysreg(trace.as<trace::payload::control_write>(event).sysreg);
        ++moves.control_writes[static_cast<std::size_t>(written)];
    }
}

/// Walks the events of one operation and cuts where a step, or a world, begins or ends.
class Cutter {
  public:
    Cutter(const Trace& trace, OperationEvents& out) : trace_(trace), out_(out) {}

    void take(u32 place) {
        const Event& event = trace_.event(out_.events[place]);
        const i64 time = out_.times[place];
        if (event.is(trace::EventId::trap)) {
            cut(place, time);
            steps_.trap();
            world_ = World::el2;
            second_exception_ = trace_.as<trace::payload::trap>(event).owner == trace::kHost;
        } else if (event.is(trace::EventId::phase_begin)) {
            cut(place, time);
            steps_.begin(static_cast<u8>(trace_.as<trace::payload::phase_begin>(event).step));
        }
        count(moves_, trace_, event);
        count(out_.moves, trace_, event);
        if (event.is(trace::EventId::phase_end)) {
            const auto step = static_cast<u8>(trace_.as<trace::payload::phase_end>(event).step);
            cut(place + 1, time);
            steps_.end(step);
        } else if (event.is(trace::EventId::eret)) {
            const auto eret = trace_.as<trace::payload::eret>(event);
            cut(place + 1, time);
            steps_.eret(eret.owner);
            world_ = world_after_eret(eret);
        }
    }

    /// After the last event: what runs there is cut off.
    void finish() {
        if (!out_.events.empty()) cut(static_cast<u32>(out_.events.size()), out_.times.back());
    }

  private:
    /// Ends the piece that runs: the events up to `place` are its own.
    void cut(u32 place, i64 time) {
        const i64 end = std::max(time, begin_);
        const u8 step = steps_.innermost() > kMaxStep ? u8{0} : steps_.innermost();
        if (end > begin_ || moves_.saved() + moves_.restored() + moves_.written() > 0) {
            out_.segments.push_back(
                {begin_, end, first_, place, step, steps_.outer(), world_, second_exception_, moves_});
            first_ = place;
        }
        begin_ = end;
        moves_ = {};
    }

    const Trace& trace_;
    OperationEvents& out_;
    OpenSteps steps_;
    World world_ = World::el2;
    bool second_exception_ = false;
    Moves moves_;
    i64 begin_ = 0;
    u32 first_ = 0;
};

/// By event of an operation: how many instructions other CPUs have executed since its begin.
std::vector<i64> others_until(const Run& run, const OperationEvents& operation) {
    std::vector<i64> sums(operation.events.size(), 0);
    for (std::size_t i = 1; i < sums.size(); ++i) {
        const Event& before = run.trace.event(operation.events[i - 1]);
        i64 own_from = before.net;
        const bool without_break = operation.times[i] > operation.times[i - 1];
        for (EventIndex between = operation.events[i - 1] + 1;
             run.trace.shared_clock() && without_break && between < operation.events[i]; ++between) {
            own_from = std::max(own_from, run.trace.event(between).net);
        }
        const i64 most = operation.times[i] - operation.times[i - 1];
        sums[i] = sums[i - 1] + std::clamp<i64>(own_from - before.net, 0, std::max<i64>(most, 0));
    }
    return sums;
}

/// The place of the event that a segment ends at.
std::size_t end_of(const OperationEvents& events, const Segment& segment) {
    const std::size_t last = segment.last == 0 ? 0 : segment.last - 1;
    return segment.last < events.events.size() && events.times[last] != segment.end ? segment.last : last;
}

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
    return sum(moved, [](const Moved& of_class) { return of_class.saved; });
}

u32 Moves::restored() const {
    return sum(moved, [](const Moved& of_class) { return of_class.restored; });
}

u32 Moves::written() const {
    u32 total = 0;
    for (const u32 writes : control_writes) total += writes;
    return total;
}

std::size_t OperationEvents::place_of(EventIndex event) const {
    const auto found = std::lower_bound(events.begin(), events.end(), event);
    return found == events.end() || *found != event ? events.size() : static_cast<std::size_t>(found - events.begin());
}

const Segment* OperationEvents::segment_of(EventIndex event) const {
    const std::size_t place = place_of(event);
    if (place == events.size()) return nullptr;
    for (const Segment& segment : segments) {
        if (place >= segment.first && place < segment.last) return &segment;
    }
    return nullptr;
}

OperationEvents take_apart(const Run& run, const Operation& operation, EventIndex until) {
    OperationEvents result;
    i64 origin = operation.begin;
    for (const Stay& stay : run.operations.stays(operation)) {
        if (stay.first > until) break;
        // The time away is cut out: what comes next follows at once.
        if (!result.events.empty()) origin = run.trace.event(stay.first).net - result.times.back();
        const auto& of_cpu = run.trace.events_of(stay.cpu);
        const auto first = std::lower_bound(of_cpu.begin(), of_cpu.end(), stay.first);
        const auto last = std::upper_bound(first, of_cpu.end(), std::min(stay.last, until));
        for (auto event = first; event != last; ++event) {
            result.events.push_back(*event);
            result.times.push_back(run.trace.event(*event).net - origin);
        }
    }
    Cutter cutter(run.trace, result);
    for (u32 place = 0; place < result.events.size(); ++place) cutter.take(place);
    cutter.finish();
    return result;
}

std::vector<i64> instructions_of_others(const Run& run, const OperationEvents& operation) {
    const std::vector<i64> until = others_until(run, operation);
    std::vector<i64> of_segments;
    i64 before = 0;
    for (const Segment& segment : operation.segments) {
        const i64 now = until[end_of(operation, segment)];
        of_segments.push_back(now - before);
        before = now;
    }
    return of_segments;
}

PartInstructions instructions_by_part(const Run& run, const OperationEvents& operation) {
    const std::vector<i64> others = instructions_of_others(run, operation);
    PartInstructions result{};
    for (std::size_t i = 0; i < others.size(); ++i) {
        const Segment& segment = operation.segments[i];
        result[static_cast<std::size_t>(Part::other_cpus)] += others[i];
        result[static_cast<std::size_t>(segment.part())] += segment.end - segment.begin - others[i];
    }
    return result;
}

}  // namespace ws::model
