// SPDX-License-Identifier: Apache-2.0
// Sets a CPU's cycle counter to the nanoseconds since reset, which a counter that all CPUs share tells in ticks.
//
// No hardware is touched here, so that the host tests it with a CPU that is a thread and has to wait anywhere. A Clock
// has `pair()`, which reads the shared counter and, one instruction later, the cycle counter; `add(n)`, which adds to
// the cycle counter; and `wait()`, an instruction that does nothing.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// One pair of neighbouring readings.
struct ClockPair {
    u64 ticks;
    u64 cycles;
};

/// A CPU whose counter is less behind than this is not set again.
inline constexpr u64 kClockGoodEnough = 100;

/// How far the cycle counter is behind.
///
/// A pair that reads n ticks says: behind by n * period + 1 - cycles or more. It never says too much, however long the
/// CPU had to wait between the two readings; so the largest of many is the best. Under QEMU's -icount an instruction
/// takes one nanosecond: a pair that reads a fresh tick is exact.
template <class Clock>
inline u64 nanoseconds_behind(Clock& clock, u64 period) {
    u64 behind = 0;
    for (unsigned i = 0; i < 64; ++i) {
        const ClockPair pair = clock.pair();
        const u64 difference = pair.ticks * period + 1 - pair.cycles;
        if (static_cast<i64>(difference) > static_cast<i64>(behind)) behind = difference;
        // One instruction more in each second round: all remainders by the period are met, whatever the loop's length.
        if (i % 2 != 0) clock.wait();
    }
    return behind;
}

/// Under -icount once is enough, and exact. Else the counter loses what its CPU waits for between the reading and the
/// writing: what is still missing is added again. The order of two CPUs' events is worth what is left of it.
template <class Clock>
inline void align_clock(Clock& clock, u64 period) {
    constexpr unsigned kAttempts = 32;
    for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
        const u64 behind = nanoseconds_behind(clock, period);
        if (attempt != 0 && behind <= kClockGoodEnough) return;
        clock.add(behind);
    }
}

}  // namespace ws
