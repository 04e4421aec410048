// SPDX-License-Identifier: Apache-2.0
// What a CPU did with a stretch of the clock. The clock goes on while a CPU is idle, and then it is not the CPU's
// instructions that it counts: others execute them, or with all idle nobody does and QEMU puts the clock forward to the
// next timer.
#pragma once

#include "viewer/model/operations/run.hpp"
#include "viewer/model/operations/time_span.hpp"

namespace ws::model {

struct CpuTime {
    u64 working = 0;  ///< this CPU was not idle
    u64 others = 0;   ///< it was, and another one was not
    u64 nobody = 0;   ///< all were
};

CpuTime cpu_time(const Run& run, u32 cpu, TimeSpan span);

/// In words: `120 instructions`, `idle while others executed 3,000 instructions`, `not measurable here`.
std::string words_of_time(const Run& run, u32 cpu, TimeSpan span);

}  // namespace ws::model
