// SPDX-License-Identifier: Apache-2.0
// What one path through the hypervisor is made of: instructions by part, which are measured, and what a profile says
// that the same would cost in cycles, which is a model. The parts sum exactly to the whole, in both.
#pragma once

#include <array>
#include <map>

#include "viewer/model/explain/cost_profile.hpp"
#include "viewer/model/operations/cost_parts.hpp"
#include "viewer/model/operations/segments.hpp"

namespace ws::model {

/// A path through the hypervisor: an operation, or the beginning of one and then a second one on another CPU.
struct ComparedPath {
    u32 operation;                ///< place in Operations::all()
    EventIndex until = kNoEvent;  ///< the event that it ends with, if not at the operation's end
    std::optional<u32> second;    ///< the operation that goes on from there
};

/// Both figures of a piece.
struct Figures {
    i64 instructions = 0;
    Millicycles cycles = 0;

    Figures& operator+=(const Figures& other) {
        instructions += other.instructions;
        cycles += other.cycles;
        return *this;
    }
};

/// One part of a path.
struct PartFigures {
    Figures figures;
    Moved registers;  ///< moved as a block
    u32 control_writes = 0;
    std::map<CodePlace, Figures> code;  ///< the functions that it is in
};

struct Breakdown {
    std::array<PartFigures, kParts> parts;
    Figures whole;
    u32 exceptions = 0;             ///< taken to EL2
    u32 returns = 0;                ///< from EL2
    u32 kernel_entries_at_el1 = 0;  ///< returns from EL2 to the hypervisor's own kernel, where that is at EL1
    u32 user_entries = 0;           ///< of EL0, each with its exception back
    u32 controller_accesses = 0;    ///< to the physical interrupt controller
    i64 priced_instructions = 0;    ///< those that the model prices one by one

    PartFigures& operator[](Part part) { return parts[static_cast<std::size_t>(part)]; }
    const PartFigures& operator[](Part part) const { return parts[static_cast<std::size_t>(part)]; }
};

/// Can the clocks tell the time of a path?
bool measurable(const Run& run, const ComparedPath& path);

/// Net instructions of a path on the clock that all CPUs share.
u64 net_of(const Run& run, const ComparedPath& path);

Breakdown break_down(const Run& run, const ComparedPath& path, const CostProfile& profile);

}  // namespace ws::model
