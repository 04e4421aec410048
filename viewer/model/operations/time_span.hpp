// SPDX-License-Identifier: Apache-2.0
// What a stretch of a run's time comes to: instructions, events, traps and returns, registers that moved.
#pragma once

#include "viewer/model/operations/segments.hpp"

namespace ws::model {

/// A stretch of the net clock: events at its begin count, those at its end do not.
struct TimeSpan {
    i64 begin = 0;
    i64 end = 0;
    friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

/// Can the clocks tell how long a stretch is?
bool measurable(const Trace& trace, TimeSpan span);

inline constexpr const char* kDamagedSpan = "events of it are missing: the figures are of what is left";

/// Of all CPUs. Where the CPUs share one clock, it counts the instructions of all of them.
struct SpanFigures {
    u64 instructions = 0;    ///< at least, if not measurable
    bool measurable = true;  ///< can the clocks tell them?
    bool damaged = false;    ///< may events of it be missing? Then all figures are of what is left
    u64 events = 0;
    bool counted = false;  ///< are the figures below there?
    u64 traps = 0;
    u64 exits = 0;  ///< those of them that a guest took
    u64 erets = 0;
    u64 saved = 0;  ///< registers
    u64 restored = 0;
    u64 written = 0;  ///< control registers
};

/// A stretch of more events than `most` is not looked through: then instructions and events alone are known.
SpanFigures measure_span(const Trace& trace, TimeSpan span, u64 most = ~u64{0});

}  // namespace ws::model
