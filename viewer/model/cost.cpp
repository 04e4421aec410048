// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "viewer/model/statistics.hpp"

namespace ws::model {
namespace {

/// Numbers of rows that are no event's.
constexpr u32 kNewPacket = 1U << 16;
constexpr u32 kClockEpoch = kNewPacket + 1;

CostRow make_row(u32 number, std::vector<u64> costs) {
    CostRow row;
    row.count = costs.size();
    row.instructions = spread(std::move(costs));
    if (const EventInfo* info = find_event(number)) {
        row.event = info->name;
        row.registers = info->registers;
        row.allowance = kAllowanceRegister * info->registers + kAllowanceEvent;
    } else {
        row.event = number == kNewPacket ? "(new packet)" : "(clock epoch)";
    }
    return row;
}

}  // namespace

std::vector<CostRow> recorder_cost(const Trace& trace) {
    std::vector<bool> first_of_packet(trace.events().size(), false);
    for (const Packet& packet : trace.packets()) {
        if (packet.first != kNoEvent) first_of_packet[packet.first] = true;
    }
    std::map<u32, std::vector<u64>> costs;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        const auto& events = trace.events_of(cpu);
        bool after_epoch = false;
        for (std::size_t i = 0; i + 1 < events.size(); ++i) {
            const Event& event = trace.event(events[i]);
            const bool epoch = event.is(trace::EventId::clock_epoch);
            const u32 row = first_of_packet[events[i]] ? kNewPacket : after_epoch ? kClockEpoch : event.id();
            after_epoch = epoch;
            // An epoch is written within the window of the event that follows it, which bears the cost of both.
            if (epoch || trace.after_gap(events[i + 1])) continue;
            costs[row].push_back(trace.recorder_spent(trace.event(events[i + 1])) - trace.recorder_spent(event));
        }
    }
    std::vector<CostRow> rows;
    for (auto& [number, values] : costs) rows.push_back(make_row(number, std::move(values)));
    return rows;
}

}  // namespace ws::model
