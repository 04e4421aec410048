// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/timeline.hpp"

#include <algorithm>

#include "viewer/model/trace/open_steps.hpp"

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
    explicit Builder(const Trace& trace) : trace_(trace), timeline_(trace.store()) {}

    /// `steps` are those of the thread that runs.
    void take(EventIndex index, const Event& event, OpenSteps& steps) {
        if (event.is(trace::EventId::trap)) {
            steps.trap();
            take_trap(index, trace_.as<trace::payload::trap>(event));
        } else if (event.is(trace::EventId::eret)) {
            const auto eret = trace_.as<trace::payload::eret>(event);
            steps.eret(eret.owner);
            take_eret(index, eret);
        } else if (!open_) {
            begin_span(index, World::el2, trace::kHost);  // only code at EL2, or its kernel, records
        }
        if (event.is(trace::EventId::phase_begin)) {
            steps.begin(static_cast<u8>(trace_.as<trace::payload::phase_begin>(event).step));
        } else if (event.is(trace::EventId::phase_end)) {
            steps.end(static_cast<u8>(trace_.as<trace::payload::phase_end>(event).step));
        } else if (event.is(trace::EventId::schedule)) {
            belong_to(index, trace_.as<trace::payload::schedule>(event).next);
        }
        draw(index, steps);
        last_ = index;
    }

    /// Makes the open phases those of the steps that are open now.
    void draw(EventIndex index, const OpenSteps& steps) {
        const auto& open = steps.open();
        const auto agrees = [&](std::size_t depth) {
            return depth < open.size() && timeline_.phases.packed(stack_[depth]).what == open[depth];
        };
        std::size_t same = 0;
        while (same < stack_.size() && agrees(same)) ++same;
        while (stack_.size() > same) close_top(index);
        while (stack_.size() < open.size()) begin_phase(index, static_cast<trace::Step>(open[stack_.size()]));
    }

    /// The trace ends, or events are missing from here on: what is open ends with the last event.
    void cut() {
        if (last_ == kNoEvent) return;
        if (open_) end_span(last_);
        while (!stack_.empty()) close_top(last_);
        end_stint(last_);
        last_ = kNoEvent;
    }

    CpuTimeline finish() {
        cut();
        return timeline_;  // a copy: it has no room to grow, which a large trace would pay for
    }

  private:
    void take_trap(EventIndex index, const trace::payload::trap& trap) {
        if (open_) {
            // The syndrome knows best where the CPU was: the code at EL1 may have gone to EL0 and back unseen.
            timeline_.spans.last().what = static_cast<u8>(world_of(trap.owner, trap.SPSR_EL2));
            end_span(index);
        }
        begin_span(index, World::el2, trap.owner);
        if (trap.owner != trace::kHost) belong_to(index, trap.owner);
    }

    void take_eret(EventIndex index, const trace::payload::eret& eret) {
        if (open_) end_span(index);
        begin_span(index, world_of(eret.owner, eret.SPSR_EL2), eret.owner);
        if (eret.owner != trace::kHost) belong_to(index, eret.owner);
    }

    void begin_span(EventIndex index, World world, trace::Owner owner) {
        timeline_.spans.push_back({index, index, static_cast<u8>(world), owner});
        open_ = true;
    }

    void end_span(EventIndex index) {
        timeline_.spans.last().last = index;
        open_ = false;
    }

    void begin_phase(EventIndex index, trace::Step step) {
        const u8 depth = static_cast<u8>(std::min<std::size_t>(stack_.size(), kMostDepth));
        stack_.push_back(timeline_.phases.size());
        timeline_.phases.push_back({index, index, static_cast<u8>(step), depth});
    }

    void close_top(EventIndex index) {
        timeline_.phases.packed(stack_.back()).last = index;
        stack_.pop_back();
    }

    /// From here on the CPU is this vCPU's, or idle.
    void belong_to(EventIndex index, trace::Owner owner) {
        auto& stints = timeline_.stints;
        if (in_stint_ && stints.back().owner == owner) return;
        end_stint(index);
        const i64 net = trace_.net(index);
        stints.push_back({net, net, index, owner});
        in_stint_ = true;
    }

    void end_stint(EventIndex index) {
        if (in_stint_) timeline_.stints.back().end = std::max(timeline_.stints.back().begin, trace_.net(index));
        in_stint_ = false;
    }

    /// Steps of a step of a step: more than that nobody has, and nobody could draw.
    static constexpr std::size_t kMostDepth = 7;

    const Trace& trace_;
    CpuTimeline timeline_;
    std::vector<std::size_t> stack_;  ///< open phases, the innermost last
    bool open_ = false;               ///< the last span has not ended
    bool in_stint_ = false;           ///< the last stint has not ended
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

std::vector<CpuTimeline> make_timeline(const Trace& trace, const Progress& progress) {
    std::vector<Builder> builders(trace.cpus(), Builder(trace));
    Threads<OpenSteps> threads;
    for (EventWalk walk(trace.store()); !walk.done(); walk.next()) {
        const EventIndex index = walk.index();
        const Event event = walk.event();
        if (index % kEventsATell == 0) tell(progress, static_cast<double>(index) / trace.store().size());
        if (trace.after_gap(index)) {
            builders[event.cpu()].cut();
            threads.on(event.cpu()).clear();
        }
        if (event.is(trace::EventId::schedule)) {
            const auto schedule = trace.as<trace::payload::schedule>(event);
            threads.schedule(event.cpu(), schedule.previous, schedule.next);
        }
        builders[event.cpu()].take(index, event, threads.on(event.cpu()));
    }
    std::vector<CpuTimeline> result;
    for (Builder& builder : builders) result.push_back(builder.finish());
    return result;
}

}  // namespace ws::model
