// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/trace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ws::model {

bool Trace::after_gap(EventIndex index) const {
    return std::binary_search(restarts_.begin(), restarts_.end(), index);
}

u64 Trace::discarded() const {
    u64 sum = 0;
    for (const Gap& gap : gaps_) sum += gap.discarded;
    return sum;
}

std::vector<std::string> Trace::damage_told() const {
    std::vector<std::string> told;
    if (metadata_.damaged)
        told.push_back("metadata: its description of the format is damaged; what it tells of the run is whole");
    for (const Damage& damage : damage_) told.push_back(damage.text());
    return told;
}

bool Trace::damaged_between(EventIndex first, EventIndex last) const {
    if (damage_.empty()) return false;
    // The net clock takes off what all CPUs' recorders spent: a hole in one CPU's stream makes it wrong for all.
    const u64 begin = raw(first);
    const u64 end = raw(last);
    return std::any_of(damage_.begin(), damage_.end(),
                       [&](const Damage& damage) { return damage.overlaps(begin, end); });
}

u64 Trace::bytes() const {
    u64 sum = 0;
    for (const auto& stream : streams_) sum += stream.size();
    return sum;
}

bool Trace::measurable(EventIndex first, EventIndex last) const {
    return cut_.empty() || measurable_raw(raw(first), raw(last));
}

bool Trace::measurable_raw(u64 begin, u64 end) const {
    const auto after = std::lower_bound(cut_.begin(), cut_.end(), end,
                                        [](const CutRecording& cut, u64 time) { return cut.begin < time; });
    return after == cut_.begin() || cut_until_[static_cast<std::size_t>(after - cut_.begin()) - 1] <= begin;
}

bool Trace::recording_cut(u32 cpu, u64 begin, u64 end) const {
    auto at = std::lower_bound(cut_.begin(), cut_.end(), begin,
                               [](const CutRecording& cut, u64 time) { return cut.begin < time; });
    while (at != cut_.end() && at->begin < end && at->cpu != cpu) ++at;
    return at != cut_.end() && at->begin < end;
}

u64 Trace::recorder_spent(const EventStore::Place& place) const {
    const PacketEvents& packet = store_->packet(place);
    const Bytes stream = streams_[place.cpu].bytes();
    if (packet.spent_close) {
        // The last thing of an event's header; the first four bytes are the same for all events of the packet.
        u32 spent;
        std::memcpy(&spent, stream.data() + packet.offset + packet.payload(place.event) - sizeof(spent), sizeof(spent));
        return spent_after(packet.recorder_begin, spent);
    }
    // The file is no longer trusted to be what it was when it was checked.
    const trace::PacketHeader header = read_header(stream.subspan(packet.offset));
    const Bytes rest = stream.subspan(packet.offset);
    PacketCursor cursor(rest.first(std::min<std::size_t>(rest.size(), header.content_size / 8)), header);
    PacketEvent event{};
    try {
        for (u32 i = 0; i <= place.event && cursor.next(event); ++i) continue;
    } catch (const PacketFault&) {
        return packet.recorder_begin;
    }
    return event.recorder_spent;
}

i64 Trace::own_net(EventIndex index) const {
    const EventStore::Place place = store_->place(index);
    const Event event = store_->event_at(place);
    const i64 net = static_cast<i64>(store_->packet(place).raw(place.event) - recorder_spent(place));
    if (event.is(trace::EventId::trap)) return net - as<trace::payload::trap>(event).lead;
    if (event.is(trace::EventId::eret)) return net + as<trace::payload::eret>(event).tail;
    return net;
}

u32 Trace::vm_of(trace::Owner owner) const {
    if (owner == trace::kHost) return 0;
    if (owner > trace::kVmmOwners) return static_cast<u32>(owner - trace::kVmmOwners);
    return owner <= vm_of_vcpu_.size() ? vm_of_vcpu_[owner - std::size_t{1}] : 1;
}

std::string Trace::owner_name(trace::Owner owner) const {
    if (owner == trace::kHost) return "host";
    const u32 vm = vm_of(owner);
    if (owner > trace::kVmmOwners) return vms_ > 1 ? fmt::format("VM {} VMM", vm) : "VMM";
    // A VM's vCPUs stand together: the place of its first one tells the number within the VM.
    const auto first = std::find(vm_of_vcpu_.begin(), vm_of_vcpu_.end(), vm);
    const bool known = owner <= vm_of_vcpu_.size();
    const auto number = owner - 1 - (known ? first - vm_of_vcpu_.begin() : 0);
    return vms_ > 1 ? fmt::format("VM {} vCPU {}", vm, number) : fmt::format("vCPU {}", number);
}

}  // namespace ws::model
