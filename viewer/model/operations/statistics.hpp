// SPDX-License-Identifier: Apache-2.0
// Figures over a whole trace: what happened how often, what the recorder cost, what each benchmark measured.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/operations/comparison.hpp"
#include "viewer/model/format/recorder_allowance.hpp"

namespace ws::model {

/// What the recorder spent on events that it wrote in one go, between two readings of its clock; in instructions.
struct CostRow {
    std::string events;  ///< the kind of the event, or the kinds of those written together: `trap + phase_begin`
    u64 registers = 0;   ///< values in their register blocks; one of 128 bits counts once
    u64 count = 0;       ///< how often; the last time on a CPU nobody tells the cost
    u64 cut = 0;  ///< how often another CPU's turn cut it in two: what it cost then is not told, and not in `count`
    Spread instructions;
    u64 allowance = 0;  ///< 2 a register of a block plus 30 an event; 0 for the seldom path
    bool exceeds() const { return allowance != 0 && instructions.max > allowance; }
};

/// By kind of event. Where the packet was full, or the upper bits of the clock changed, the recorder went its seldom
/// path: these are the rows `(new packet)` and `(clock epoch)`.
std::vector<CostRow> recorder_cost(const Trace& trace);

/// A name and how often.
using Counts = std::vector<std::pair<std::string, u64>>;

struct Summary {
    u64 events = 0;
    u64 raw = 0;        ///< from the first event to the last
    u64 net = 0;        ///< the same, less what the recorder spent: of CPU 0 or the first with events
    u64 recorder = 0;   ///< what all CPUs' recorders spent
    u64 cut = 0;        ///< Trace::cut_recordings(): with any, net is at least, recorder at most as told
    Counts by_kind;     ///< in the order of ids
    Counts traps;       ///< by what they were taken for, the most frequent first
    Counts operations;  ///< by kind, the most frequent first
    u64 unfinished = 0;
    u64 not_measurable = 0;  ///< operations whose time the clocks cannot tell
};

Summary summarize(const Run& run);

/// What happened between a benchmark's two marks on all CPUs and to all vCPUs, divided by the iterations.
struct PerIteration {
    bool measurable = true;  ///< false where the clocks cannot tell `net` and `recorder`
    double net = 0;          ///< from the return to the guest after the first mark to the trap for the last one
    double exceptions = 0;
    double els_crossed = 0;
    double control_writes = 0;
    double control_changes = 0;
    double recorder = 0;  ///< of all CPUs' recorders
    struct MovedPer {
        double saved = 0;
        double restored = 0;
    };
    std::array<MovedPer, kRegisterClassCount> registers{};
};

/// One benchmark: what a guest put between two marks.
struct Measurement {
    std::string benchmark;  ///< its name from benchmarks.def
    std::string kind;       ///< the kind of operation that makes it up: the most frequent one; empty if there is none
    u64 operations = 0;     ///< of that kind
    Spread net;             ///< from one operation's trap to the next one's: the guest's loop is in it
    u64 periods = 0;        ///< how many of these the clocks can tell; without any `net` says nothing
    KindFigures figures;    ///< of its operations
    u64 recorder = 0;       ///< median of the recorder's instructions within an operation
    u64 iterations = 0;     ///< as the guest says; 0 if it does not
    PerIteration each;      ///< if the guest tells the iterations
    /// Is an iteration one operation of the kind, again and again? Then its figures are the medians, which nothing from
    /// outside disturbs. Else they are what an iteration comes to on the average.
    bool uniform = true;
};

/// All benchmarks of a run in the order in which they began. One that did not end is left out.
std::vector<Measurement> measure(const Run& run);

}  // namespace ws::model
