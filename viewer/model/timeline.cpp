// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/timeline.hpp"

#include <algorithm>

namespace ws::model {
namespace {

World world_of(trace::Owner owner, u64 spsr) {
    switch (el_of_spsr(spsr)) {
        case 0:
            return owner == trace::kHost ? World::host_el0 : World::guest_el0;
        case 1:
            return owner == trace::kHost ? World::host_el1 : World::guest_el1;
        default:
            return World::el2;
    }
}

/// Builds one CPU's time line, event by event.
class Builder {
  public:
    explicit Builder(const Trace& trace) : trace_(trace) {}

    void take(EventIndex index) {
        const Event& event = trace_.event(index);
        if (event.is(trace::EventId::trap)) {
            take_trap(index, trace_.as<trace::payload::trap>(event));
        } else if (event.is(trace::EventId::eret)) {
            take_eret(index, trace_.as<trace::payload::eret>(event));
        } else if (!open_) {
            begin_span(index, World::el2, trace::kHost);  // only code at EL2, or its kernel, records
        }
        if (event.is(trace::EventId::phase_begin)) {
            begin_phase(index, trace_.as<trace::payload::phase_begin>(event).step);
        } else if (event.is(trace::EventId::phase_end)) {
            end_phase(index, trace_.as<trace::payload::phase_end>(event).step);
        }
        last_ = index;
    }

    /// The trace ends, or events are missing from here on: what is open ends with the last event.
    void cut() {
        if (last_ == kNoEvent) return;
        if (open_) end_span(last_);
        end_phases(last_);
        last_ = kNoEvent;
    }

    CpuTimeline finish() {
        cut();
        return std::move(timeline_);
    }

  private:
    void take_trap(EventIndex index, const trace::payload::trap& trap) {
        if (open_) {
            // The syndrome knows best where the CPU was: the code at EL1 may have gone to EL0 and back unseen.
            timeline_.spans.back().world = world_of(trap.owner, trap.SPSR_EL2);
            end_span(index);
        }
        begin_span(index, World::el2, trap.owner);
    }

    void take_eret(EventIndex index, const trace::payload::eret& eret) {
        if (open_) end_span(index);
        end_phases(index);
        begin_span(index, world_of(eret.owner, eret.SPSR_EL2), eret.owner);
    }

    void begin_span(EventIndex index, World world, trace::Owner owner) {
        const i64 net = trace_.event(index).net;
        timeline_.spans.push_back({net, net, index, index, world, owner});
        open_ = true;
    }

    void end_span(EventIndex index) {
        Span& span = timeline_.spans.back();
        span.end = std::max(span.begin, trace_.event(index).net);
        span.last = index;
        open_ = false;
    }

    void begin_phase(EventIndex index, trace::Step step) {
        const i64 net = trace_.event(index).net;
        const u8 depth = static_cast<u8>(std::min<std::size_t>(stack_.size(), 255));
        stack_.push_back(timeline_.phases.size());
        timeline_.phases.push_back({net, net, index, index, step, depth});
    }

    void close_top(EventIndex index) {
        Phase& phase = timeline_.phases[stack_.back()];
        phase.end = std::max(phase.begin, trace_.event(index).net);
        phase.last = index;
        stack_.pop_back();
    }

    /// Ends the innermost open phase of that step and those in it; an end without a begin changes nothing.
    void end_phase(EventIndex index, trace::Step step) {
        const auto same = [&](std::size_t place) { return timeline_.phases[place].step == step; };
        if (std::none_of(stack_.begin(), stack_.end(), same)) return;
        while (!same(stack_.back())) close_top(index);
        close_top(index);
    }

    void end_phases(EventIndex index) {
        while (!stack_.empty()) close_top(index);
    }

    const Trace& trace_;
    CpuTimeline timeline_;
    std::vector<std::size_t> stack_;  ///< open phases, the innermost last
    bool open_ = false;               ///< the last span has not ended
    EventIndex last_ = kNoEvent;
};

}  // namespace

const char* world_name(World world) {
    switch (world) {
        case World::guest_el0:
            return "guest EL0";
        case World::guest_el1:
            return "guest EL1";
        case World::el2:
            return "EL2";
        case World::host_el0:
            return "host EL0";
        case World::host_el1:
            return "host EL1";
    }
    return "?";
}

unsigned el_of_spsr(u64 spsr) {
    const u64 mode = reg::SPSR_EL2::M.get(spsr);
    if ((mode & 0b10000) != 0) return mode == 0b10000 ? 0 : 1;
    return std::min(static_cast<unsigned>((mode >> 2) & 0b11), 2U);
}

std::vector<CpuTimeline> make_timeline(const Trace& trace) {
    std::vector<CpuTimeline> result;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        Builder builder(trace);
        for (const EventIndex index : trace.events_of(cpu)) {
            if (trace.after_gap(index)) builder.cut();
            builder.take(index);
        }
        result.push_back(builder.finish());
    }
    return result;
}

}  // namespace ws::model
