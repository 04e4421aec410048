// SPDX-License-Identifier: Apache-2.0
// Operations: what a vCPU trapped for, from its trap to the eret that enters the same vCPU again. They are what two
// traces are compared by. A vCPU that is taken off its CPU meanwhile may come back on another one; the time until then
// is kept as `away` and counts to no step.
#pragma once

#include <array>
#include <bit>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/trace/timeline.hpp"

namespace ws::model {

using KindId = u16;

/// Registers of one class that were moved.
struct Moved {
    u32 saved = 0;
    u32 restored = 0;
    friend bool operator==(const Moved&, const Moved&) = default;
};

/// Registers moved, by class. Operations that moved the same share them.
class MovedRegisters {
  public:
    using Array = std::array<Moved, kRegisterClassCount>;
    MovedRegisters() : array_(&kNone) {}
    explicit MovedRegisters(const Array& array) : array_(&array) {}
    const Moved& operator[](std::size_t register_class) const { return (*array_)[register_class]; }
    Array::const_iterator begin() const { return array_->begin(); }
    Array::const_iterator end() const { return array_->end(); }

  private:
    inline static const Array kNone{};
    const Array* array_;
};

/// Net instructions by step, nested ones not counted twice; [0] is outside all. Only those that are not 0 are kept.
class StepTimes {
  public:
    using Array = std::array<u32, kMaxStep + 1>;
    StepTimes() = default;
    /// `values` are those of the steps of `steps`, one bit a step.
    StepTimes(u64 steps, const u32* values) : steps_(steps), values_(values) {}
    u32 operator[](std::size_t step) const {
        const u64 bit = u64{1} << step;
        return (steps_ & bit) == 0 ? 0 : values_[std::popcount(steps_ & (bit - 1))];
    }

  private:
    static_assert(kMaxStep < 64);
    u64 steps_ = 0;
    const u32* values_ = nullptr;
};

/// One operation. What its CPU did while the vCPU was away does not count.
struct Operation {
    EventIndex first;  ///< the trap from the guest
    EventIndex last;   ///< the eret that enters the guest again
    i64 begin;         ///< net, at the trap
    i64 end;           ///< net, after the eret
    i64 away;          ///< net, from the schedule events that took the vCPU off its CPU to those that brought it back
    u64 esr;
    u64 elr;          ///< the guest's program counter
    u32 traps;        ///< exceptions taken, the first one included
    u32 els_crossed;  ///< sum over traps and erets of the distance in exception levels
    u32 control_writes;
    u32 control_changes;  ///< those of them that changed the register's value
    KindId kind;          ///< Operations::kinds()
    trace::Owner owner;   ///< the vCPU
    u8 cpu;               ///< where it began
    u8 end_cpu;           ///< where it ended
    bool measurable;      ///< false where the clocks cannot tell its time (CutRecording): net() and `steps` say nothing
    bool resumed;         ///< false if another vCPU was entered instead: `last` is that eret
    u32 stays;            ///< on how many CPUs, one after the other, and again after each time away
    u32 first_stay;
    MovedRegisters registers;
    StepTimes steps;

    /// Without the time away. The clocks of two CPUs need not agree for it: each is subtracted from itself.
    u64 net() const { return end - begin > away ? static_cast<u64>(end - begin - away) : 0; }
};

/// A part of an operation: from one event to another on one CPU, without a break.
struct Stay {
    EventIndex first;  ///< the trap, or the schedule event that brought the vCPU back
    EventIndex last;   ///< the eret, or the schedule event that took it away
    u32 operation;     ///< its place in Operations::all()
    u8 cpu;
};

class Operations {
  public:
    static Operations find(const Trace& trace, const Progress& progress = {});

    const std::vector<Operation>& all() const { return all_; }
    const std::vector<std::string>& kinds() const { return kinds_; }
    const std::string& kind(const Operation& operation) const { return kinds_[operation.kind]; }
    /// Operations whose time the clocks cannot tell.
    u64 not_measurable() const { return not_measurable_; }
    /// Traps of guests that the trace ends in, or that a gap cut off.
    u64 unfinished() const { return unfinished_; }
    /// The operation that an event is part of, or null (the guest runs, or it is not whole).
    const Operation* at(const Trace& trace, EventIndex event) const;
    /// The parts of an operation, in the order of time.
    std::span<const Stay> stays(const Operation& operation) const {
        return std::span(stays_).subspan(operation.first_stay, operation.stays);
    }

  private:
    void order_stays(u32 cpus);

    /// Keeps what operations point to, in blocks that stay where they are.
    class Store {
      public:
        MovedRegisters keep(const MovedRegisters::Array& registers);
        StepTimes keep(const StepTimes::Array& steps);

      private:
        static constexpr std::size_t kBlock = 16384;
        std::deque<MovedRegisters::Array> registers_;
        std::vector<std::unique_ptr<u32[]>> blocks_;
        std::size_t used_ = kBlock;  ///< of the last block
    };

    friend class OperationFinder;
    Store store_;
    std::vector<Operation> all_;                  ///< ascending by `first`
    std::vector<Stay> stays_;                     ///< by operation
    std::vector<std::vector<u32>> stays_of_cpu_;  ///< places in stays_, ascending by `first`
    std::vector<std::string> kinds_;
    u64 unfinished_ = 0;
    u64 not_measurable_ = 0;
};

}  // namespace ws::model
