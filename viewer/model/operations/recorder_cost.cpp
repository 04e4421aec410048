// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/recorder_cost.hpp"

#include <map>

namespace ws::model {
namespace {

/// Storing an event's header takes about this many instructions: an event that seems to have cost less got its time
/// early, at a vector, but was written later, together with the next ones.
constexpr u64 kLeastCost = 4;

/// Events that the recorder wrote in one go: their cost is one.
struct Window {
    std::string events;
    EventIndex first = 0;
    u64 registers = 0;
    u64 count = 0;
    u64 spent = 0;
    bool new_packet = false;
    bool epoch = false;
};

class CostFinder {
  public:
    explicit CostFinder(const Trace& trace) : trace_(trace), first_of_packet_(trace.events().size(), false) {
        for (const Packet& packet : trace.packets()) {
            if (packet.first != kNoEvent) first_of_packet_[packet.first] = true;
        }
    }

    std::vector<CostRow> find() {
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) take(trace_.events_of(cpu));
        std::vector<CostRow> rows;
        for (auto& [name, costs] : costs_) {
            rows_[name].count = costs.size();
            rows_[name].instructions = spread(std::move(costs));
            rows.push_back(rows_[name]);
        }
        return rows;
    }

  private:
    void take(const CpuEvents& events) {
        Window window;
        for (std::size_t i = 0; i < events.size(); ++i) {
            const Event& event = trace_.event(events[i]);
            if (window.count == 0) window.first = events[i];
            add(window, event, first_of_packet_[events[i]]);
            if (i + 1 == events.size()) break;  // nobody tells what the last window cost
            window.spent += trace_.recorder_spent(events[i + 1]) - trace_.recorder_spent(events[i]);
            const bool gap = trace_.after_gap(events[i + 1]);
            if (!gap && (window.count == 0 || window.spent < kLeastCost * window.count)) continue;
            if (!gap) close(window, events[i + 1]);
            window = {};
        }
    }

    static void add(Window& window, const Event& event, bool first_of_packet) {
        window.new_packet |= first_of_packet;
        if (event.is(trace::EventId::clock_epoch)) {
            window.epoch = true;
            return;
        }
        const EventInfo& info = event.info();
        window.events += window.events.empty() ? info.name : " + " + info.name;
        window.registers += info.registers;
        ++window.count;
    }

    void close(const Window& window, EventIndex next) {
        // The recorder's seldom path, whatever the events: it has no allowance.
        const std::string name = window.new_packet ? "(new packet)" : window.epoch ? "(clock epoch)" : window.events;
        CostRow& row = rows_[name];
        row.events = name;
        if (!window.new_packet && !window.epoch) {
            row.registers = window.registers;
            row.allowance = kAllowanceRegister * window.registers + kAllowanceEvent * window.count;
        }
        std::vector<u64>& costs = costs_[name];
        const u32 cpu = trace_.event(next).cpu();
        if (!trace_.cut_recordings().empty() && trace_.recording_cut(cpu, trace_.raw(window.first), trace_.raw(next))) {
            ++row.cut;
        } else {
            costs.push_back(window.spent);
        }
    }

    const Trace& trace_;
    std::vector<bool> first_of_packet_;
    std::map<std::string, CostRow> rows_;
    std::map<std::string, std::vector<u64>> costs_;
};

}  // namespace

std::vector<CostRow> recorder_cost(const Trace& trace) {
    return CostFinder(trace).find();
}

}  // namespace ws::model
