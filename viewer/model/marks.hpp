// SPDX-License-Identifier: Apache-2.0
// What connects events of one CPU with those of another: an interrupt on its way, a kick and whom it reaches.
#pragma once

#include <vector>

#include "viewer/model/trace.hpp"

namespace ws::model {

/// A virtual interrupt, from the event that raised it to the one that ended it.
struct InterruptLife {
    u32 intid;
    trace::Owner owner;  ///< as the first event has it
    std::vector<EventIndex> events;
};

/// A physical SGI: the kick and what it did to the other CPU.
struct Kick {
    EventIndex sent;
    EventIndex received;  ///< the other CPU's next acknowledged interrupt or trap by one; kNoEvent if there is none
};

struct Marks {
    std::vector<InterruptLife> interrupts;  ///< ascending by first event
    std::vector<Kick> kicks;                ///< ascending
    /// By CPU: the events beside traps, erets, phases and registers.
    std::vector<std::vector<EventIndex>> notable;
};

Marks find_marks(const Trace& trace);

}  // namespace ws::model
