// SPDX-License-Identifier: Apache-2.0
// What each benchmark of a run measured: a guest puts a mark before its loop and one after it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "viewer/model/operations/comparison.hpp"

namespace ws::model {

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
