// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/virtio_driver.hpp"

#include <new>
#include <stdexcept>

namespace ws::test {

using namespace virtio;

GuestRam::GuestRam(u64 bytes) : bytes_(bytes), ram_(static_cast<u8*>(::operator new[](bytes, std::align_val_t(4096)))) {
    std::memset(ram_.get(), 0, bytes);
}

u64 GuestRam::allocate(u64 bytes, u64 alignment) {
    const u64 offset = (allocated_ + alignment - 1) / alignment * alignment;
    if (offset + bytes > bytes_) throw std::runtime_error("the guest is out of memory");
    allocated_ = offset + bytes;
    return kStart + offset;
}

u64 GuestRam::place(const std::string& content) {
    const u64 address = allocate(content.size(), 1);
    std::memcpy(ram_.get() + (address - kStart), content.data(), content.size());
    return address;
}

std::string GuestRam::text(u64 address, u64 bytes) const {
    return {reinterpret_cast<const char*>(ram_.get()) + (address - kStart), bytes};
}

InterruptLine Wire::line() {
    const auto set = [](void* context, bool now_high) {
        auto* wire = static_cast<Wire*>(context);
        wire->high = now_high;
        ++wire->changes;
    };
    return {set, this};
}

u64 VirtioDriver::offered() {
    set(mmio::kDeviceFeaturesSel, 1);
    const u64 high = get(mmio::kDeviceFeatures);
    set(mmio::kDeviceFeaturesSel, 0);
    return high << 32 | get(mmio::kDeviceFeatures);
}

bool VirtioDriver::negotiate(u64 features) {
    features_ = features | feature::kVersion1;
    set(mmio::kStatus, 0);
    add_status(status::kAcknowledge);
    add_status(status::kDriver);
    for (u32 half = 0; half < 2; ++half) {
        set(mmio::kDriverFeaturesSel, half);
        set(mmio::kDriverFeatures, static_cast<u32>(features_ >> (32 * half)));
    }
    add_status(status::kFeaturesOk);
    return (status() & status::kFeaturesOk) != 0;
}

u32 VirtioDriver::take_interrupt() {
    const u32 bits = get(mmio::kInterruptStatus);
    set(mmio::kInterruptAck, bits);
    return bits;
}

DriverQueue::DriverQueue(VirtioDriver& driver, u32 index, u32 size)
    : driver_(driver),
      index_(index),
      size_(size),
      descriptors_(ram().allocate(16 * size, 16)),
      available_(ram().allocate(6 + 2 * size, 2)),
      used_(ram().allocate(6 + 8 * size, 4)) {
    driver.set(mmio::kQueueSel, index);
    driver.set(mmio::kQueueNum, size);
    driver.set(mmio::kQueueDescLow, static_cast<u32>(descriptors_));
    driver.set(mmio::kQueueDescHigh, static_cast<u32>(descriptors_ >> 32));
    driver.set(mmio::kQueueDriverLow, static_cast<u32>(available_));
    driver.set(mmio::kQueueDriverHigh, static_cast<u32>(available_ >> 32));
    driver.set(mmio::kQueueDeviceLow, static_cast<u32>(used_));
    driver.set(mmio::kQueueDeviceHigh, static_cast<u32>(used_ >> 32));
    driver.set(mmio::kQueueReady, 1);
}

void DriverQueue::write_descriptor(u64 table, u32 number, u64 address, u32 bytes, u16 flags, u16 next) {
    const u64 at = table + 16 * number;
    ram().put(at, address);
    ram().put(at + 8, bytes);
    ram().put(at + 12, flags);
    ram().put(at + 14, next);
}

void DriverQueue::make_available(u16 head) {
    const u16 index = available_index();
    ram().put(available_ + 4 + 2 * (index % size_), head);
    set_available_index(static_cast<u16>(index + 1));
}

u16 DriverQueue::add(const std::vector<Buffer>& buffers) {
    const auto head = static_cast<u16>(next_descriptor_);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        const u32 number = next_descriptor_;
        next_descriptor_ = (next_descriptor_ + 1) % size_;
        const u32 flags = (i + 1 < buffers.size() ? kNext : 0U) | (buffers[i].writable ? kWrite : 0U);
        write_descriptor(descriptors_, number, buffers[i].address, buffers[i].bytes, static_cast<u16>(flags),
                         static_cast<u16>(next_descriptor_));
    }
    make_available(head);
    return head;
}

u16 DriverQueue::add_indirect(const std::vector<Buffer>& buffers) {
    const u64 table = ram().allocate(16 * buffers.size());
    for (u32 i = 0; i < buffers.size(); ++i) {
        const u32 flags = (i + 1 < buffers.size() ? kNext : 0U) | (buffers[i].writable ? kWrite : 0U);
        write_descriptor(table, i, buffers[i].address, buffers[i].bytes, static_cast<u16>(flags),
                         static_cast<u16>(i + 1));
    }
    const auto head = static_cast<u16>(next_descriptor_);
    next_descriptor_ = (next_descriptor_ + 1) % size_;
    write_descriptor(descriptors_, head, table, static_cast<u32>(16 * buffers.size()), kIndirect, 0);
    make_available(head);
    return head;
}

bool DriverQueue::kick() {
    const u16 now = available_index();
    const u16 before = kicked_;
    kicked_ = now;
    if (event_index()) {
        const auto behind_event = static_cast<u16>(now - available_event() - 1);
        if (behind_event >= static_cast<u16>(now - before)) return false;
    }
    driver_.set(mmio::kQueueNotify, index_);
    return true;
}

std::optional<DriverQueue::Used> DriverQueue::used() {
    if (taken_ == used_index()) return std::nullopt;
    const u64 element = used_ + 4 + 8 * (taken_ % size_);
    ++taken_;
    return Used{ram().get<u32>(element), ram().get<u32>(element + 4)};
}

void DriverQueue::want_interrupt_after(u16 count) {
    ram().put(available_ + 4 + 2 * size_, static_cast<u16>(taken_ + count - 1));
}

}  // namespace ws::test
