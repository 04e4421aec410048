// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/event_stream.hpp"

#include <algorithm>

namespace ws::model {

void EventStream::put(const void* bytes, std::size_t count) {
    const u8* const from = static_cast<const u8*>(bytes);
    packet_.insert(packet_.end(), from, from + count);
}

void EventStream::open(u64 time) {
    packet_.assign(sizeof(trace::PacketHeader), 0);
    begin_ = last_ = time;
}

void EventStream::close() {
    if (packet_.empty()) return;
    trace::PacketHeader header{};
    header.timestamp_begin = begin_;
    header.timestamp_end = last_;
    header.packet_seq_num = packets_++;
    writer_.append(cpu_, header, packet_);
    packet_.clear();
}

void EventStream::emit_bytes(u64 time, u32 id, const void* payload, std::size_t bytes) {
    // What follows an instruction is told one later, and a damaged log may have the next record at the same moment.
    time = std::max(time, last_);
    // A packet begins with the upper bits of the clock: where they change, so does the packet.
    const bool full = packet_.size() + trace::kMaxEventBytes > trace::kPacketBytes;
    if (!packet_.empty() && (full || time >> trace::kTimeBits != begin_ >> trace::kTimeBits)) close();
    if (packet_.empty()) open(time);
    if (id < trace::kCompactIds) {
        const trace::CompactHeader header{static_cast<u32>(time << trace::kIdBits) | id, 0};
        put(&header, sizeof(header));
    } else {
        const trace::ExtendedHeader header{static_cast<u8>(trace::kCompactIds), id, time, 0};
        put(&header, sizeof(header));
    }
    put(payload, bytes);
    last_ = time;
    ++events_;
}

void EventStream::emit_block(u64 time, RegisterClass register_class, trace::Operation operation, trace::Owner owner,
                             const std::vector<u64>& values) {
    const EventInfo& info = *find_block(register_class);
    std::vector<u8> payload(info.bytes);
    const trace::payload::block_header header{operation, owner};
    std::memcpy(payload.data(), &header, sizeof(header));
    std::memcpy(payload.data() + sizeof(header), values.data(), payload.size() - sizeof(header));
    emit_bytes(time, info.id, payload.data(), payload.size());
}

}  // namespace ws::model
