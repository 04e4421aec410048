// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/packet_events.hpp"

#include <algorithm>

namespace ws::model {
namespace {

constexpr u64 kMostNarrow = 0xffff'ffff;
/// The longest time that a compact header tells.
constexpr u64 kMostCompact = (u64{1} << trace::kTimeBits) - 1;

}  // namespace

PacketEvents::PacketEvents(std::span<const Item> items, const u8* packet)
    : packet_(packet), size_(static_cast<u32>(items.size())) {
    if (items.empty()) return;
    const auto by_raw = [](const Item& a, const Item& b) { return a.raw < b.raw; };
    const auto by_net = [](const Item& a, const Item& b) { return a.net < b.net; };
    const auto [raw_least, raw_most] = std::minmax_element(items.begin(), items.end(), by_raw);
    const auto [net_least, net_most] = std::minmax_element(items.begin(), items.end(), by_net);
    raw_base_ = raw_least->raw;
    net_base_ = net_least->net;
    const u64 raw_range = raw_most->raw - raw_base_;
    const u64 net_range = static_cast<u64>(net_most->net) - static_cast<u64>(net_base_);
    if (raw_range > kMostCompact) packet_ = nullptr;
    wide_ = net_range > kMostNarrow || (packet_ == nullptr && raw_range > kMostNarrow);
    bytes_ = std::make_unique<u8[]>(ids_at() + size_);
    for (u32 i = 0; i < size_; ++i) {
        const Item& item = items[i];
        set_time(0, i, static_cast<u64>(item.net) - static_cast<u64>(net_base_));
        if (packet_ == nullptr) set_time(1, i, item.raw - raw_base_);
        const u16 payload = static_cast<u16>(item.payload - kPayloadBase);
        std::memcpy(bytes_.get() + payloads_at() + sizeof(payload) * i, &payload, sizeof(payload));
        bytes_[ids_at() + i] = static_cast<u8>(item.id);
    }
}

u64 PacketEvents::since_base(u32 i) const {
    const u8* const header_end = packet_ + payload(i);
    u64 low = 0;
    if (id(i) < trace::kCompactIds) {
        trace::CompactHeader header;
        std::memcpy(&header, header_end - sizeof(header), sizeof(header));
        low = header.id_and_time >> trace::kIdBits;
    } else {
        trace::ExtendedHeader header;
        std::memcpy(&header, header_end - sizeof(header), sizeof(header));
        low = header.time;
    }
    return (low - raw_base_) & kMostCompact;
}

void PacketEvents::set_net(std::span<const i64> net) {
    std::vector<Item> items;
    items.reserve(size_);
    for (u32 i = 0; i < size_; ++i) items.push_back({raw(i), net[i], payload(i), id(i)});
    PacketEvents other(items, packet_);
    other.offset = offset;
    other.recorder_begin = recorder_begin;
    other.spent_close = spent_close;
    *this = std::move(other);
}

void PacketEvents::set_time(u32 row, u32 i, u64 value) {
    std::memcpy(bytes_.get() + width() * (std::size_t{row} * size_ + i), &value, width());
}

}  // namespace ws::model
