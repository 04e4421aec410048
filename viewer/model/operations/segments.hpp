// SPDX-License-Identifier: Apache-2.0
// One operation cut into its pieces: at each moment the innermost step that runs, or the world when none does. And what
// each piece moved. This is what the strips show.
#pragma once

#include <array>
#include <vector>

#include "viewer/model/operations/cost_parts.hpp"
#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// What a piece of an operation, or the whole of it, did to registers.
struct Moves {
    std::array<Moved, kRegisterClassCount> moved{};
    std::array<u32, kRegisterClassCount> control_writes{};
    u32 saved() const;
    u32 restored() const;
    u32 written() const;
};

/// What one CPU did to registers from one of its events to another. Of a stretch of very many events only the first
/// ones count: what moves registers is short.
Moves moves_between(const Trace& trace, EventIndex first, EventIndex last);

/// A piece of an operation; times are net instructions after the operation's trap, without those that the vCPU was
/// away.
struct Segment {
    i64 begin;
    i64 end;
    u32 first;  ///< place in OperationEvents::events of the first event at or after its begin
    u32 last;   ///< one past its last event
    u8 step;    ///< the innermost step, 0 for none
    u8 outer;   ///< the step that this one is part of, 0 for none
    World world;
    bool second_exception;  ///< the last exception was the host's own
    Moves moves;

    /// In no step, but after an exception of the host's: code that only a second exception makes necessary.
    bool is_transition() const { return step == 0 && second_exception && world == World::el2; }
    /// What its instructions are part of, but for those of other CPUs (Part::other_cpus). Where EL0 is entered by an
    /// eret that the trace has, the VMM needs no step to be known by.
    Part part() const {
        if (step == 0 && world == World::host_el0) return Part::vmm;
        return is_transition() ? Part::transitions : part_of_step(step);
    }

    u64 net() const { return end > begin ? static_cast<u64>(end - begin) : 0; }
};

/// An operation with all that one looks at when it is selected.
struct OperationEvents {
    std::vector<EventIndex> events;  ///< from its trap to its eret, of the CPU that it was on
    std::vector<i64> times;          ///< by event: net instructions after the trap, without those away
    std::vector<Segment> segments;   ///< ascending, without those that hold neither time nor registers
    Moves moves;                     ///< of the whole operation

    /// The place of an event in `events`, or their number if it is none of them.
    std::size_t place_of(EventIndex event) const;
    /// The segment that holds an event, or null.
    const Segment* segment_of(EventIndex event) const;
};

/// Takes an operation apart, or the part of it up to and with the event `until`; the time it takes grows with the
/// operation alone.
OperationEvents take_apart(const Run& run, const Operation& operation, EventIndex until = kNoEvent);

/// By segment: how many of its instructions other CPUs have executed, as far as events tell. What comes before an event
/// of another CPU is taken for that CPU's.
std::vector<i64> instructions_of_others(const Run& run, const OperationEvents& operation);

/// By Part: what an operation is made of. The sum is what it takes.
using PartInstructions = std::array<i64, kParts>;
PartInstructions instructions_by_part(const Run& run, const OperationEvents& operation);

}  // namespace ws::model
