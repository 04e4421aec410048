// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/cross_cpu_links.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace ws::model {

class CrossCpuLinkFinder {
  public:
    explicit CrossCpuLinkFinder(const Trace& trace) : trace_(trace) { marks_.notable.resize(trace.cpus()); }

    CrossCpuLinks find(const Progress& progress) {
        for (EventWalk walk(trace_.store()); !walk.done(); walk.next()) {
            const EventIndex index = walk.index();
            const Event event = walk.event();
            if (index % kEventsATell == 0) tell(progress, static_cast<double>(index) / trace_.store().size());
            if (trace_.after_gap(index)) {
                lives_.clear();
                waiting_[event.cpu()].clear();
            }
            take(index, event);
        }
        for (auto& [key, life] : lives_) finish(life);
        put_together();
        return std::move(marks_);
    }

  private:
    /// A life that has not ended.
    struct Life {
        u32 intid;
        trace::Owner owner;
        std::vector<EventIndex> events;
    };

    /// Once all lives are known, and where their events are.
    void put_together() {
        marks_.events_.shrink_to_fit();
        marks_.interrupts.shrink_to_fit();
        std::size_t at = 0;
        for (InterruptLife& life : marks_.interrupts) {
            life.events = std::span<const EventIndex>(marks_.events_).subspan(at, life.events.size());
            at += life.events.size();
        }
        const auto by_first = [](const auto& a, const auto& b) { return a.events.front() < b.events.front(); };
        std::sort(marks_.interrupts.begin(), marks_.interrupts.end(), by_first);
        EventIndex reach = 0;
        for (const InterruptLife& life : marks_.interrupts) {
            marks_.interrupts_reach_.push_back(reach = std::max(reach, life.events.back()));
        }
        reach = 0;
        for (const Kick& kick : marks_.kicks) {
            marks_.kicks_reach_.push_back(reach =
                                              std::max(reach, kick.received == kNoEvent ? kick.sent : kick.received));
        }
    }

    void take(EventIndex index, const Event& event) {
        if (is_notable(event)) marks_.notable[event.cpu()].push_back(index);
        if (event.is(trace::EventId::virtual_irq)) {
            take_change(index, trace_.as<trace::payload::virtual_irq>(event));
        } else if (event.is(trace::EventId::kick)) {
            const u8 cpu = trace_.as<trace::payload::kick>(event).cpu;
            if (cpu < waiting_.size()) waiting_[cpu].push_back(marks_.kicks.size());
            marks_.kicks.push_back({index, kNoEvent});
        } else if (is_interrupt(event)) {
            for (const std::size_t kick : waiting_[event.cpu()]) marks_.kicks[kick].received = index;
            waiting_[event.cpu()].clear();
        }
    }

    static bool is_notable(const Event& event) {
        return !event.is(trace::EventId::trap) && !event.is(trace::EventId::eret) &&
               !event.is(trace::EventId::phase_begin) && !event.is(trace::EventId::phase_end) &&
               !event.is(trace::EventId::control_write) && !event.is(trace::EventId::clock_epoch) &&
               !event.is(trace::EventId::list_register) && !event.is(trace::EventId::register_move) &&
               !block_class(event);
    }

    bool is_interrupt(const Event& event) const {
        static constexpr u8 kIrq = 1;  // of each group of four vectors (Arm ARM D1.3.1.1)
        if (event.is(trace::EventId::trap)) return (trace_.as<trace::payload::trap>(event).vector & 3) == kIrq;
        return event.is(trace::EventId::physical_irq);
    }

    void take_change(EventIndex index, const trace::payload::virtual_irq& irq) {
        Life& life = lives_[{irq.owner, irq.intid}];
        life.owner = irq.owner;
        life.intid = irq.intid;
        life.events.push_back(index);
        // A life of very many events is of a guest that does not end its interrupts: what is drawn is its start.
        static constexpr std::size_t kMost = 64;
        if (irq.change != trace::IrqChange::ended && life.events.size() < kMost) return;
        finish(life);
        lives_.erase({irq.owner, irq.intid});
    }

    void finish(const Life& life) {
        if (life.events.size() < 2) return;
        // Until the pool no longer grows, only how many events it has counts.
        marks_.interrupts.push_back({life.intid, life.owner, std::span(life.events)});
        marks_.events_.insert(marks_.events_.end(), life.events.begin(), life.events.end());
    }

    const Trace& trace_;
    CrossCpuLinks marks_;
    std::map<std::pair<trace::Owner, u32>, Life> lives_;
    std::array<std::vector<std::size_t>, trace::kMaxCpus> waiting_;  ///< by CPU: kicks that have not reached it
};

std::size_t CrossCpuLinks::first_reaching(const std::vector<EventIndex>& reach, EventIndex event) {
    return static_cast<std::size_t>(std::lower_bound(reach.begin(), reach.end(), event) - reach.begin());
}

CrossCpuLinks find_cross_cpu_links(const Trace& trace, const Progress& progress) {
    return CrossCpuLinkFinder(trace).find(progress);
}

}  // namespace ws::model
