// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/packet.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstddef>
#include <cstring>

#include "viewer/model/format/beyond_any_run.hpp"

namespace ws::model {

trace::PacketHeader read_header(Bytes bytes) {
    trace::PacketHeader header;
    if (bytes.size() < sizeof(header)) {
        throw PacketFault(
            0, fmt::format("packet cut off: {} bytes are left, its header needs {}", bytes.size(), sizeof(header)));
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header;
}

u32 packet_checksum(Bytes packet) {
    static constexpr std::size_t kField = offsetof(trace::PacketHeader, checksum);
    static constexpr u8 kZeros[sizeof(u32)] = {};
    const Bytes rest = packet.subspan(kField + sizeof(kZeros));
    uLong crc = crc32(0, packet.data(), kField);
    crc = crc32(crc, kZeros, sizeof(kZeros));
    crc = crc32_z(crc, rest.data(), rest.size());
    return static_cast<u32>(crc);
}

PacketCursor::PacketCursor(Bytes packet, const trace::PacketHeader& header)
    : packet_(packet),
      position_(sizeof(trace::PacketHeader)),
      raw_(header.timestamp_begin),
      spent_(header.recorder_begin) {}

template <class Header>
Header PacketCursor::take(const char* what) {
    Header header;
    if (packet_.size() - position_ < sizeof(header)) {
        throw PacketFault(position_, fmt::format("{} cut off at the packet's end", what));
    }
    std::memcpy(&header, packet_.data() + position_, sizeof(header));
    position_ += sizeof(header);
    return header;
}

bool PacketCursor::next(PacketEvent& event) {
    if (position_ >= packet_.size()) return false;
    event.start = position_;
    u32 id = packet_[position_] & ((1U << trace::kIdBits) - 1);
    u64 raw = 0;
    u32 spent = 0;
    if (id == trace::kCompactIds) {
        const auto header = take<trace::ExtendedHeader>("extended event header");
        id = header.id;
        raw = header.time;
        spent = header.recorder_spent;
    } else {
        const auto header = take<trace::CompactHeader>("event header");
        raw = (raw_ >> trace::kTimeBits << trace::kTimeBits) | (header.id_and_time >> trace::kIdBits);
        spent = header.recorder_spent;
    }
    event.info = find_event(id);
    if (event.info == nullptr) throw PacketFault(event.start, fmt::format("unknown event id {}", id));
    if (raw < raw_) {
        throw PacketFault(event.start,
                          fmt::format("time runs back from {} to {} at event {}", raw_, raw, event.info->name));
    }
    if (packet_.size() - position_ < event.info->bytes) {
        throw PacketFault(event.start, fmt::format("event {} cut off at the packet's end", event.info->name));
    }
    raw_ = raw;
    // The event holds the low 32 bits; between two events the recorder spends far less than 2^31.
    spent_ = spent_after(spent_, spent);
    if (raw_ >= kBeyondAnyRun || spent_ >= kBeyondAnyRun) {
        throw PacketFault(event.start, fmt::format("event {} has a time beyond any run", event.info->name));
    }
    event.raw = raw_;
    event.recorder_spent = spent_;
    event.payload = position_;
    position_ += event.info->bytes;
    return true;
}

}  // namespace ws::model
