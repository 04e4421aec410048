// SPDX-License-Identifier: Apache-2.0
// The events of one packet, packed: 7 bytes an event. Net times are kept as 32-bit differences from the packet's first
// one, payloads as 16-bit places in the packet, and raw times not at all: an event's header in the mapped file has
// their low bits. In the few packets where those do not tell the time, it is kept as well; and where 32 bits do not
// tell the times, 64 are kept.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

class PacketEvents {
  public:
    /// An event before it is packed.
    struct Item {
        u64 raw;
        i64 net;
        u32 payload;  ///< byte of the packet where its payload starts
        u32 id;
    };

    PacketEvents() = default;
    /// `packet` is where the packet stays mapped, if each of its events has the shortest header that its id allows;
    /// null if not.
    explicit PacketEvents(std::span<const Item> items, const u8* packet = nullptr);

    u32 size() const { return size_; }
    u64 raw(u32 i) const { return raw_base_ + (packet_ != nullptr ? since_base(i) : time(1, i)); }
    i64 net(u32 i) const { return static_cast<i64>(static_cast<u64>(net_base_) + time(0, i)); }
    u32 payload(u32 i) const {
        u16 payload;
        std::memcpy(&payload, bytes_.get() + payloads_at() + sizeof(payload) * i, sizeof(payload));
        return payload + kPayloadBase;
    }
    u32 id(u32 i) const { return bytes_[ids_at() + i]; }
    /// Puts other net times in.
    void set_net(std::span<const i64> net);

    u64 offset = 0;           ///< of the packet in its stream
    u64 recorder_begin = 0;   ///< what the recorder had spent when the packet was opened
    bool spent_close = true;  ///< 32 bits tell all that it had spent at each event after that

  private:
    /// Payloads are counted from here: so the place behind the last byte of a full packet fits 16 bits as well.
    static constexpr u32 kPayloadBase = sizeof(trace::PacketHeader);
    static_assert(trace::kPacketBytes - kPayloadBase <= 0xffff);

    std::size_t width() const { return wide_ ? sizeof(u64) : sizeof(u32); }
    std::size_t payloads_at() const { return (packet_ != nullptr ? 1 : 2) * width() * size_; }
    std::size_t ids_at() const { return payloads_at() + sizeof(u16) * size_; }
    /// What the mapped packet tells of the raw time less its base.
    u64 since_base(u32 i) const;
    /// Row 0 has the net times and row 1, if it is kept, the raw ones, less their bases.
    u64 time(u32 row, u32 i) const {
        const u8* const at = bytes_.get() + width() * (std::size_t{row} * size_ + i);
        u64 value = 0;
        wide_ ? std::memcpy(&value, at, sizeof(u64)) : std::memcpy(&value, at, sizeof(u32));  // little-endian
        return value;
    }
    void set_time(u32 row, u32 i, u64 value);

    std::unique_ptr<u8[]> bytes_;  ///< net times, raw times where the file does not do, payloads, ids
    const u8* packet_ = nullptr;   ///< in the mapped file, if raw times are read there
    u64 raw_base_ = 0;
    i64 net_base_ = 0;
    u32 size_ = 0;
    bool wide_ = false;
};

}  // namespace ws::model
