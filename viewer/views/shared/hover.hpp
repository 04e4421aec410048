// SPDX-License-Identifier: Apache-2.0
// What of the time line the mouse points at, and what was measured there: all views show the same.
#pragma once

#include "viewer/model/operations/alignment.hpp"
#include "viewer/model/operations/time_span.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::view {

/// A moment of one run, which the other run shows too. Set anew in each frame.
struct Hover {
    int side = -1;                    ///< -1: the mouse is elsewhere
    double time = 0;                  ///< net instructions after the trap of the shown operation
    bool on_lanes = false;            ///< on the time line, not on a strip
    u32 segment = model::kNoSegment;  ///< of the shown operation: the step under the mouse

    explicit operator bool() const { return side >= 0; }
};

/// A stretch of one run's time that somebody measured.
struct MeasuredSpan {
    int side;
    model::TimeSpan span;
    model::SpanFigures figures;
};

/// What is shown: where back and forward lead.
struct Look {
    u32 kind;
    u32 stop;
    int side;
    model::EventIndex event;
    Tab tab;
    double from;
    double to;

    friend bool operator==(const Look&, const Look&) = default;
    /// Is it the same but for the stretch of the time line?
    bool same_but_moved(const Look& other) const {
        return kind == other.kind && stop == other.stop && side == other.side && event == other.event &&
               tab == other.tab;
    }
};

}  // namespace ws::view
