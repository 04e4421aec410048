// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/capture/ring_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/format/packet_checks.hpp"

namespace ws::model {

trace::RingControl RingReader::ring() const {
    return ram_.run_page().rings[cpu_];
}

void RingReader::check_place(const trace::RingControl& ring) const {
    const u64 room = ram_.size();
    demand(ring.packets <= room / trace::kPacketBytes && ring.first_packet <= room - ring.packets * trace::kPacketBytes,
           fmt::format("{} packets from byte {} on do not fit into the RAM file", ring.packets, ring.first_packet));
}

void RingReader::take_closed(TraceWriter& out) {
    const u64 produced = ram_.produced(cpu_);
    if (produced == consumed_) return;
    const trace::RingControl ring = this->ring();
    check_place(ring);
    demand(produced > consumed_ && produced - consumed_ <= ring.packets,
           fmt::format("{} packets produced, {} consumed: a ring of {} cannot do that", produced, consumed_,
                       ring.packets));
    while (consumed_ != produced) {
        take(ring.first_packet + consumed_ % ring.packets * trace::kPacketBytes, 0, out);
        ram_.set_consumed(cpu_, consumed_);
    }
}

void RingReader::take_rest(TraceWriter& out) {
    take_closed(out);
    const trace::RingControl ring = this->ring();
    const u64 open_bytes = ram_.open_bytes(cpu_);
    if (open_bytes != 0) {
        check_place(ring);
        demand(ring.packets != 0, "an open packet in a ring without packets");
        take(ring.first_packet + consumed_ % ring.packets * trace::kPacketBytes, open_bytes, out);
    }
    if (ring.events_discarded > discarded_) {
        // The ring was full to the end: a packet without events tells how many are missing.
        trace::PacketHeader header{};
        header.timestamp_begin = header.timestamp_end = clock_;
        header.packet_seq_num = consumed_;
        header.events_discarded = discarded_ = ring.events_discarded;
        header.recorder_begin = spent_;
        packet_.assign(sizeof(header), 0);
        out.append(cpu_, header, packet_);
    }
}

/// Takes the packet at byte `slot`. `open_bytes` is 0 for a closed one, else the length of the open one.
void RingReader::take(u64 slot, u64 open_bytes, TraceWriter& out) {
    packet_.resize(trace::kPacketBytes);
    ram_.copy(slot, packet_.data(), packet_.size());
    trace::PacketHeader header = read_header(packet_);
    if (open_bytes != 0) header.content_size = open_bytes * 8;
    demand(content_fits(header), fmt::format("packet {} tells of {} bits", consumed_, u64{header.content_size}));
    demand(header.packet_seq_num == consumed_ && header.cpu_id == cpu_,
           fmt::format("packet {} of CPU {} says that it is packet {} of CPU {}", consumed_, cpu_,
                       u64{header.packet_seq_num}, u32{header.cpu_id}));
    packet_.resize(header.content_size / 8);
    walk(header, open_bytes != 0);
    out.append(cpu_, header, packet_);
    clock_ = header.timestamp_end;
    discarded_ = header.events_discarded;
    ++consumed_;
}

/// Sees that the events are whole and in time; gives an open packet its end.
void RingReader::walk(trace::PacketHeader& header, bool open) {
    PacketCursor cursor(packet_, header);
    u64 last = header.timestamp_begin;
    try {
        for (PacketEvent event; cursor.next(event);) {
            last = event.raw;
            spent_ = event.recorder_spent;
        }
    } catch (const PacketFault& fault) {
        throw PacketFault(fault.offset(),
                          fmt::format("packet {}, byte {}: {}", consumed_, fault.offset(), fault.what()));
    }
    if (open) {
        header.timestamp_end = last;
        header.events_discarded = std::max(discarded_, u64{header.events_discarded});
    }
    demand(header.timestamp_begin >= clock_ && header.timestamp_end >= last && header.events_discarded >= discarded_,
           fmt::format("packet {}: time or the count of dropped events runs back", consumed_));
}

}  // namespace ws::model
