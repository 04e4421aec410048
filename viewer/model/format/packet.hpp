// SPDX-License-Identifier: Apache-2.0
// One packet of a stream: its header's own agreement, and the walk over its events that brings back their full times.
// Used by the reader on files and by the capture on rings, so nothing here trusts a byte.
#pragma once

#include <span>
#include <stdexcept>
#include <string>

#include "viewer/model/format/event_info.hpp"

namespace ws::model {

using Bytes = std::span<const u8>;

/// What is wrong with a packet, and at which byte of it.
class PacketFault : public std::runtime_error {
  public:
    PacketFault(u64 offset, const std::string& message) : std::runtime_error(message), offset_(offset) {}
    u64 offset() const { return offset_; }

  private:
    u64 offset_;
};

/// The header at the start of `bytes`. Throws PacketFault when there are fewer bytes than a header has.
trace::PacketHeader read_header(Bytes bytes);

/// CRC-32 of a packet with its checksum field taken as zero.
u32 packet_checksum(Bytes packet);

/// What a recorder had spent whose low 32 bits are `low`, when it had spent `before` at a time not long before.
inline u64 spent_after(u64 before, u64 low) {
    return before + static_cast<u64>(static_cast<i64>(static_cast<std::int32_t>(low - before)));
}

/// Bytes of the shortest header that an event of this id can have: of those that the format has.
constexpr std::size_t shortest_header(u32 id) {
    return id < trace::kCompactIds ? sizeof(trace::CompactHeader) : sizeof(trace::ExtendedHeader);
}

/// An event as it lies in a packet, with its times in full.
struct PacketEvent {
    const EventInfo* info;
    u64 raw;             ///< instructions since reset
    u64 recorder_spent;  ///< instructions that the recorder had spent on this CPU before this event
    u64 start;           ///< byte of the packet where the event's header starts
    u64 payload;         ///< byte of the packet where its payload starts
};

/// Walks the events of one packet.
class PacketCursor {
  public:
    /// `packet` is the header and the events, no padding. The header gives the times that the first event builds on.
    PacketCursor(Bytes packet, const trace::PacketHeader& header);

    /// Reads the next event; false at the end of the packet.
    /// Throws PacketFault: unknown event, event cut off, time that runs back.
    bool next(PacketEvent& event);

  private:
    template <class Header>
    Header take(const char* what);

    Bytes packet_;
    u64 position_;
    u64 raw_;
    u64 spent_;
};

}  // namespace ws::model
