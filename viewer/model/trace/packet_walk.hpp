// SPDX-License-Identifier: Apache-2.0
// From packet to packet through a stream file: each is checked by itself and against the one before it. Of a damaged
// stream the whole packets are found again.
#pragma once

#include <optional>
#include <vector>

#include "viewer/model/trace/damage.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/format/packet.hpp"
#include "viewer/model/trace/packet_events.hpp"

namespace ws::model {

/// Where a packet is, and what the one before it left behind.
struct PacketPlace {
    u32 cpu;
    u64 number;
    u64 offset;
    u64 clock;
    u64 discarded;
};

/// A packet whose size is known, and what decoding makes of it.
struct FoundPacket {
    PacketPlace place;
    u64 bytes = 0;
    trace::PacketHeader header{};
    PacketEvents events{};
    std::string fault{};
    u64 fault_at = 0;         ///< byte of the packet
    bool after_hole = false;  ///< packets before it are missing

    /// The place behind it.
    PacketPlace next() const;
};

/// Which number a packet must have: the one that the place tells, or, where some are missing, a later one.
enum class Follows : u8 { at_once, later };

/// Reads and checks the header at a place; the packet's content is not looked at. What is wrong is in `fault`.
FoundPacket find_packet(Bytes stream, const Uuid& uuid, const PacketPlace& place, Follows follows);
/// Checks the content and decodes it.
void decode_packet(Bytes stream, FoundPacket& found);

/// What a damaged stream still has.
struct Salvage {
    std::vector<FoundPacket> packets;  ///< whole ones, ascending by number
    std::vector<Damage> damage;
};
/// `expected` is how many packets the metadata tells of, if it does.
Salvage salvage(Bytes stream, const Uuid& uuid, u32 cpu, std::optional<u64> expected);

}  // namespace ws::model
