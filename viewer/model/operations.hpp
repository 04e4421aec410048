// SPDX-License-Identifier: Apache-2.0
// Operations: what a guest trapped for, from its trap to the eret that enters the guest again. They are what two
// traces are compared by.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "viewer/model/timeline.hpp"

namespace ws::model {

using KindId = u16;

/// Registers of one class that were moved.
struct Moved {
    u32 saved = 0;
    u32 restored = 0;
    friend bool operator==(const Moved&, const Moved&) = default;
};

/// One operation. Counts are of the CPU that it was taken on.
struct Operation {
    EventIndex first;  ///< the trap from the guest
    EventIndex last;   ///< the eret that enters the guest again
    i64 begin;         ///< net, at the trap
    i64 end;           ///< net, after the eret
    u64 esr;
    u64 elr;          ///< the guest's program counter
    u32 traps;        ///< exceptions taken, the first one included
    u32 els_crossed;  ///< sum over traps and erets of the distance in exception levels
    u32 control_writes;
    u32 control_changes;  ///< those of them that changed the register's value
    KindId kind;          ///< Operations::kinds()
    trace::Owner owner;   ///< the vCPU
    u8 cpu;
    bool resumed;  ///< false if another vCPU was entered instead: `last` is that eret
    std::array<Moved, kRegisterClassCount> registers;
    std::array<u32, kMaxStep + 1>
        steps;  ///< net instructions by step, nested ones not counted twice; [0] is outside all

    u64 net() const { return end > begin ? static_cast<u64>(end - begin) : 0; }
};

class Operations {
  public:
    static Operations find(const Trace& trace);

    const std::vector<Operation>& all() const { return all_; }
    const std::vector<std::string>& kinds() const { return kinds_; }
    const std::string& kind(const Operation& operation) const { return kinds_[operation.kind]; }
    /// Traps of guests that the trace ends in, or that a gap cut off.
    u64 unfinished() const { return unfinished_; }
    /// The operation that an event is part of, or null (the guest runs, or it is not whole).
    const Operation* at(const Trace& trace, EventIndex event) const;

  private:
    friend class OperationFinder;
    std::vector<Operation> all_;  ///< ascending by `first`
    std::vector<std::string> kinds_;
    u64 unfinished_ = 0;
};

/// The net instructions of an operation by cause of steps.def, in the order in which steps.def first names the causes;
/// what is in no step is the last one, `outside`.
std::vector<std::pair<std::string, u64>> by_cause(const Operation& operation);

/// The name of a hypercall by its SMCCC function identifier, or null: one that the hypervisor does not handle.
const char* hypercall_name(u64 function);

}  // namespace ws::model
