// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/marks.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace ws::model {
namespace {

class MarkFinder {
  public:
    explicit MarkFinder(const Trace& trace) : trace_(trace) { marks_.notable.resize(trace.cpus()); }

    Marks find() {
        for (EventIndex index = 0; index < trace_.events().size(); ++index) {
            if (trace_.after_gap(index)) {
                lives_.clear();
                waiting_[trace_.event(index).cpu()].clear();
            }
            take(index, trace_.event(index));
        }
        for (auto& [key, life] : lives_) finish(life);
        const auto by_first = [](const auto& a, const auto& b) { return a.events.front() < b.events.front(); };
        std::sort(marks_.interrupts.begin(), marks_.interrupts.end(), by_first);
        return std::move(marks_);
    }

  private:
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
               !event.is(trace::EventId::list_register) && !block_class(event);
    }

    bool is_interrupt(const Event& event) const {
        static constexpr u8 kIrq = 1;  // of each group of four vectors (Arm ARM D1.3.1.1)
        if (event.is(trace::EventId::trap)) return (trace_.as<trace::payload::trap>(event).vector & 3) == kIrq;
        return event.is(trace::EventId::physical_irq);
    }

    void take_change(EventIndex index, const trace::payload::virtual_irq& irq) {
        InterruptLife& life = lives_[{irq.owner, irq.intid}];
        life.owner = irq.owner;
        life.intid = irq.intid;
        life.events.push_back(index);
        // A life of very many events is of a guest that does not end its interrupts: what is drawn is its start.
        static constexpr std::size_t kMost = 64;
        if (irq.change != trace::IrqChange::ended && life.events.size() < kMost) return;
        finish(life);
        lives_.erase({irq.owner, irq.intid});
    }

    void finish(InterruptLife& life) {
        if (life.events.size() > 1) marks_.interrupts.push_back(std::move(life));
    }

    const Trace& trace_;
    Marks marks_;
    std::map<std::pair<trace::Owner, u32>, InterruptLife> lives_;
    std::array<std::vector<std::size_t>, trace::kMaxCpus> waiting_;  ///< by CPU: kicks that have not reached it
};

}  // namespace

Marks find_marks(const Trace& trace) {
    return MarkFinder(trace).find();
}

}  // namespace ws::model
