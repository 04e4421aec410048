// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/packet_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "viewer/model/format/packet_checks.hpp"

namespace ws::model {
namespace {

/// The net clock of an event: see Event.
i64 net_clock(const PacketEvent& event, Bytes packet) {
    const i64 net = static_cast<i64>(event.raw - event.recorder_spent);
    const u8* payload = packet.data() + event.payload;
    if (event.info->id == static_cast<u32>(trace::EventId::trap)) {
        return net - payload[offsetof(trace::payload::trap, lead)];
    }
    if (event.info->id == static_cast<u32>(trace::EventId::eret)) {
        return net + payload[offsetof(trace::payload::eret, tail)];
    }
    return net;
}

void check_sizes(Bytes bytes, const trace::PacketHeader& header) {
    demand(header.magic == trace::kCtfMagic, "no packet starts here");
    demand(content_fits(header) && header.packet_size == header.content_size,
           fmt::format("sizes do not agree: content {} bits, packet {} bits", u64{header.content_size},
                       u64{header.packet_size}));
    demand(header.content_size / 8 <= bytes.size(),
           fmt::format("packet cut off: {} of {} bytes are there", bytes.size(), header.content_size / 8));
}

void check_order(const trace::PacketHeader& header, const Uuid& uuid, const PacketPlace& place, Follows follows) {
    demand(std::equal(uuid.begin(), uuid.end(), header.uuid), "packet of another run (its UUID is not the metadata's)");
    demand(header.stream_id == 0, fmt::format("stream_id is {}, not 0", u32{header.stream_id}));
    demand(header.cpu_id == place.cpu,
           fmt::format("packet of CPU {} in the stream of CPU {}", u32{header.cpu_id}, place.cpu));
    const bool in_order =
        follows == Follows::at_once ? header.packet_seq_num == place.number : header.packet_seq_num >= place.number;
    demand(in_order, fmt::format("packet has number {}, {} is expected", u64{header.packet_seq_num}, place.number));
    demand(header.timestamp_begin >= place.clock && header.timestamp_end >= header.timestamp_begin,
           "packet's times run back");
    demand(header.events_discarded >= place.discarded, "packet's count of dropped events runs back");
}

PacketEvents decode_events(Bytes packet, const trace::PacketHeader& header) {
    std::vector<PacketEvents::Item> items;
    items.reserve(packet.size() / 16);
    PacketCursor cursor(packet, header);
    bool shortest = true;
    bool close = true;
    for (PacketEvent event; cursor.next(event);) {
        if (event.raw > header.timestamp_end) throw PacketFault(event.start, "event is later than its packet's end");
        shortest = shortest && event.payload - event.start == shortest_header(event.info->id);
        close = close && event.recorder_spent == spent_after(header.recorder_begin, event.recorder_spent);
        items.push_back({event.raw, net_clock(event, packet), static_cast<u32>(event.payload), event.info->id});
    }
    PacketEvents events(items, shortest ? packet.data() : nullptr);
    events.recorder_begin = header.recorder_begin;
    events.spent_close = close;
    return events;
}

/// The next byte from `offset` on where a packet could start; the stream's end if there is none.
u64 next_magic(Bytes stream, u64 offset) {
    u8 magic[sizeof(trace::kCtfMagic)];
    std::memcpy(magic, &trace::kCtfMagic, sizeof(magic));
    const auto from = stream.begin() + static_cast<std::ptrdiff_t>(std::min<u64>(offset, stream.size()));
    return static_cast<u64>(std::search(from, stream.end(), std::begin(magic), std::end(magic)) - stream.begin());
}

/// Walks a damaged stream.
class Salvager {
  public:
    Salvager(Bytes stream, const Uuid& uuid, u32 cpu, std::optional<u64> expected)
        : stream_(stream), uuid_(uuid), expected_(expected), place_{cpu, 0, 0, 0, 0} {}

    Salvage run() {
        u64 offset = 0;
        while (offset < stream_.size()) {
            FoundPacket found = find_packet(
                stream_, uuid_, {place_.cpu, place_.number, offset, place_.clock, place_.discarded}, Follows::later);
            if (found.fault.empty()) decode_packet(stream_, found);
            if (!found.fault.empty()) {
                if (reason_.empty()) reason_ = found.fault;
                offset = next_magic(stream_, offset + 1);
                continue;
            }
            if (reason_.empty() && found.header.packet_seq_num != place_.number) {
                reason_ = fmt::format("packet has number {}, {} is expected", u64{found.header.packet_seq_num},
                                      place_.number);
            }
            if (!reason_.empty()) add_hole(offset, &found.header);
            found.after_hole = found.header.packet_seq_num != place_.number;
            found.place.number = found.header.packet_seq_num;
            place_ = found.next();
            offset = place_.offset;
            result_.packets.push_back(std::move(found));
        }
        const bool short_of = expected_ && *expected_ != place_.number;
        if (short_of && reason_.empty()) {
            reason_ = fmt::format("the stream has {} packets, the metadata tells of {}", place_.number, *expected_);
        }
        if (!reason_.empty()) add_hole(offset, nullptr);
        return std::move(result_);
    }

  private:
    /// What lies from the last whole packet up to here is damaged; `next` is the header of the one that follows.
    void add_hole(u64 offset, const trace::PacketHeader* next) {
        Damage damage;
        damage.cpu = place_.cpu;
        damage.offset = place_.offset;
        damage.bytes = offset - place_.offset;
        damage.first_packet = place_.number;
        damage.from = place_.clock;
        damage.reason = std::exchange(reason_, {});
        if (next != nullptr) {
            damage.packets = next->packet_seq_num - place_.number;
            damage.to = next->timestamp_begin;
            damage.discarded = next->events_discarded - place_.discarded;
        } else if (expected_) {
            damage.packets = *expected_ > place_.number ? *expected_ - place_.number : 0;
        }
        result_.damage.push_back(std::move(damage));
    }

    Bytes stream_;
    const Uuid& uuid_;
    std::optional<u64> expected_;
    PacketPlace place_;   ///< behind the last whole packet
    std::string reason_;  ///< why what follows it is damaged; empty as long as it is not
    Salvage result_;
};

}  // namespace

PacketPlace FoundPacket::next() const {
    return {place.cpu, place.number + 1, place.offset + bytes, header.timestamp_end, header.events_discarded};
}

FoundPacket find_packet(Bytes stream, const Uuid& uuid, const PacketPlace& place, Follows follows) {
    FoundPacket found{place};
    try {
        const Bytes rest = stream.subspan(place.offset);
        found.header = read_header(rest);
        check_sizes(rest, found.header);
        found.bytes = found.header.content_size / 8;
        check_order(found.header, uuid, place, follows);
    } catch (const PacketFault& fault) {
        found.fault = fault.what();
        found.fault_at = fault.offset();
    }
    return found;
}

void decode_packet(Bytes stream, FoundPacket& found) {
    if (found.bytes == 0) return;
    const Bytes packet = stream.subspan(found.place.offset, found.bytes);
    try {
        demand(packet_checksum(packet) == found.header.checksum, "checksum does not match");
        if (found.fault.empty()) found.events = decode_events(packet, found.header);
    } catch (const PacketFault& fault) {
        found.fault = fault.what();
        found.fault_at = fault.offset();
    }
    found.events.offset = found.place.offset;
}

Salvage salvage(Bytes stream, const Uuid& uuid, u32 cpu, std::optional<u64> expected) {
    return Salvager(stream, uuid, cpu, expected).run();
}

}  // namespace ws::model
