// SPDX-License-Identifier: Apache-2.0
// What connects events of one CPU with those of another: an interrupt on its way, a kick and whom it reaches.
#pragma once

#include <span>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// A virtual interrupt, from the event that raised it to the one that ended it.
struct InterruptLife {
    u32 intid;
    trace::Owner owner;  ///< as the first event has it
    std::span<const EventIndex> events;
};

/// A physical SGI: the kick and what it did to the other CPU.
struct Kick {
    EventIndex sent;
    EventIndex received;  ///< the other CPU's next acknowledged interrupt or trap by one; kNoEvent if there is none
};

struct CrossCpuLinks {
    CrossCpuLinks() = default;
    CrossCpuLinks(CrossCpuLinks&&) = default;
    CrossCpuLinks& operator=(CrossCpuLinks&&) = default;

    std::vector<InterruptLife> interrupts;  ///< ascending by first event
    std::vector<Kick> kicks;                ///< ascending
    /// By CPU: the events beside traps, erets, phases and registers.
    std::vector<std::vector<EventIndex>> notable;

    /// The first interrupt, or kick, that can be seen from `event` on: all before it have ended by then.
    std::size_t first_interrupt_at(EventIndex event) const { return first_reaching(interrupts_reach_, event); }
    std::size_t first_kick_at(EventIndex event) const { return first_reaching(kicks_reach_, event); }

  private:
    friend class CrossCpuLinkFinder;
    static std::size_t first_reaching(const std::vector<EventIndex>& reach, EventIndex event);

    std::vector<EventIndex> events_;            ///< of the interrupts
    std::vector<EventIndex> interrupts_reach_;  ///< by interrupt: the latest event of it and all before it
    std::vector<EventIndex> kicks_reach_;
};

CrossCpuLinks find_cross_cpu_links(const Trace& trace, const Progress& progress = {});

}  // namespace ws::model
