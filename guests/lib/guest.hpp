// SPDX-License-Identifier: Apache-2.0
// What a guest's main has: text, arguments, marks, time, and the end.
#pragma once

#include <initializer_list>

#include "hyp/base/print.hpp"
#include "hypercall.hpp"

namespace guest {

using ws::hex;
using ws::print;

/// The text behind NAME= in the guest's arguments, to the next space, copied to `value`; false if it is not there.
bool argument(const char* name, char* value, u64 room);
/// The number behind NAME=, or `otherwise`. A value that is no number ends the run with status 2.
u64 number_argument(const char* name, u64 otherwise);

/// A benchmark's begin and end in the trace, by its name in hyp/trace/format/benchmarks.def. The mark at the end says
/// how many iterations were timed.
void begin_benchmark(const char* name);
void end_benchmark(const char* name, u64 iterations);

/// What the guest's clock says: ticks of CNTVCT_EL0, and how many nanoseconds they are. Under -icount shift=0 a
/// nanosecond is an instruction.
u64 ticks();
u64 nanoseconds(u64 tick_count);
u64 ticks_of_microseconds(u64 microseconds);

/// Prints the line that `ws bench` reads: `total` instructions for `iterations` iterations.
void report_benchmark(const char* name, u64 iterations, u64 total);

/// True if the two strings are the same.
bool same(const char* a, const char* b);

/// Ends the run. Status 0 is success. With a hypervisor by its hypercall; else by PSCI after the line `guest: status
/// N`.
[[noreturn]] void exit(u64 status);

inline constexpr u64 kFailedStatus = 1;
inline constexpr u64 kUsageStatus = 2;

/// What must be true. If it is not, the guest prints `text` and the values, and the run ends with status 1.
template <class... Values>
void expect(bool condition, const char* text, Values... values) {
    if (condition) [[likely]]
        return;
    print("guest: FAIL ", text);
    ((print(" "), print(values)), ...);
    print("\n");
    exit(kFailedStatus);
}

/// The guest itself. Returns its exit status.
u64 main();

}  // namespace guest
