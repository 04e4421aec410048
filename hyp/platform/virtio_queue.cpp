// SPDX-License-Identifier: Apache-2.0
#include "virtio_queue.hpp"

namespace ws::host_virtio {

namespace {

constexpr u16 kNext = 1, kDeviceWrites = 2;  // flags of a descriptor (2.7.5)
constexpr u16 kNoNotify = 1;                 // of the used ring (2.7.8)

/// How much the device may write.
u64 room_of(const Request& request) {
    u64 bytes = 0;
    for (u32 i = 0; i < request.buffer_count; ++i) {
        if (request.buffers[i].device_writes) bytes += request.buffers[i].bytes;
    }
    return bytes;
}

}  // namespace

void RequestQueue::add(Request& request) {
    request.next = nullptr;
    if (first_ == nullptr) {
        first_ = &request;
    } else {
        last_->next = &request;
    }
    last_ = &request;
    fill_slots();
}

void RequestQueue::fill_slots() {
    for (u32 slot = 0; slot < kSlots && first_ != nullptr; ++slot) {
        if (slots_[slot] != nullptr) continue;
        Request& request = *first_;
        first_ = request.next;
        offer(slot, request);
    }
}

void RequestQueue::offer(u32 slot, Request& request) {
    const u32 head = slot * Request::kMaxBuffers;
    for (u32 i = 0; i < request.buffer_count; ++i) {
        const Buffer& buffer = request.buffers[i];
        const bool more = i + 1 < request.buffer_count;
        rings_.descriptors[head + i] = {
            buffer.at.value, buffer.bytes,
            static_cast<u16>((more ? kNext : 0) | (buffer.device_writes ? kDeviceWrites : 0)),
            static_cast<u16>(more ? head + i + 1 : 0)};
    }
    slots_[slot] = &request;
    ++in_device_;
    rings_.available.ring[offered_ % kSize] = static_cast<u16>(head);
    // The device must not see the new index before what it stands for (2.7.13.3).
    __atomic_store_n(&rings_.available.index, ++offered_, __ATOMIC_RELEASE);
    news_ = true;
}

bool RequestQueue::must_notify() {
    if (!news_) return false;
    news_ = false;
    // The device sets its flags back before it looks at the index for the last time, and we look at the flags after the
    // store of the index: without a full barrier between, both could miss the other's (2.7.13.4.1).
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return (__atomic_load_n(&rings_.used.flags, __ATOMIC_RELAXED) & kNoNotify) == 0;
}

Request* RequestQueue::take() {
    if (broken_) return nullptr;
    // Acquire: the element, and what the device wrote into the buffers, are not read before the index (2.7.14).
    const u16 finished = static_cast<u16>(__atomic_load_n(&rings_.used.index, __ATOMIC_ACQUIRE) - taken_);
    if (finished == 0) return nullptr;
    const UsedElement element = rings_.used.ring[taken_ % kSize];
    const u32 slot = element.id / Request::kMaxBuffers;
    const bool sound = finished <= in_device_ && element.id % Request::kMaxBuffers == 0 && slot < kSlots &&
                       slots_[slot] != nullptr && element.bytes <= room_of(*slots_[slot]);
    if (!sound) {
        broken_ = true;
        return nullptr;
    }
    Request& request = *slots_[slot];
    request.written = element.bytes;
    slots_[slot] = nullptr;
    --in_device_;
    ++taken_;
    fill_slots();
    return &request;
}

Request* RequestQueue::take_back() {
    broken_ = true;
    for (Request*& in_slot : slots_) {
        if (in_slot == nullptr) continue;
        Request* const request = in_slot;
        in_slot = nullptr;
        --in_device_;
        return request;
    }
    Request* const request = first_;
    if (request != nullptr) first_ = request->next;
    return request;
}

}  // namespace ws::host_virtio
