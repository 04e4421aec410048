// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

namespace ws::virtio {

namespace {

/// Status has eight bits (2.1); DEVICE_NEEDS_RESET is the device's.
constexpr u32 kDriversBits = 0xff & ~status::kDeviceNeedsReset;

constexpr bool is_config_access(u32 offset, u32 bytes) {
    return offset >= mmio::kConfig && offset < mmio::kBytes && (bytes == 1 || bytes == 2 || bytes == 4) &&
           offset % bytes == 0;
}

/// The driver must use 32 bits, aligned, for all but configuration space (4.2.2.2).
constexpr bool is_register_access(u32 offset, u32 bytes) {
    return offset < mmio::kConfig && bytes == 4 && offset % 4 == 0;
}

/// The half of a feature mask that a ...Sel register picks.
constexpr u32 half(u64 bits, u32 selected) { return selected > 1 ? 0 : static_cast<u32>(bits >> (32 * selected)); }

/// Replaces the half of an address that the register is for: Low, or four bytes behind it High.
void set_half(Ipa& address, u32 offset, u32 value) {
    const bool high = (offset & 4) != 0;
    const u64 kept = address.value & (high ? 0xffff'ffffULL : 0xffff'ffff'0000'0000ULL);
    address = Ipa(kept | u64{value} << (high ? 32 : 0));
}

}  // namespace

void Transport::reset() {
    for (Virtqueue& queue : queues_) queue.reset();
    for (Virtqueue::Layout& layout : layouts_) layout = {};
    driver_features_ = 0;
    device_features_sel_ = driver_features_sel_ = queue_sel_ = 0;
    status_ = 0;
    settled_ = false;
    __atomic_store_n(&notified_, 0, __ATOMIC_RELAXED);
    lower(~0U);
}

u64 Transport::read(u32 offset, u32 bytes) {
    if (is_config_access(offset, bytes)) return read_config(offset - mmio::kConfig, bytes);
    return is_register_access(offset, bytes) ? read_register(offset) : 0;
}

u32 Transport::read_config(u32 offset, u32 bytes) const {
    u32 value = 0;
    for (u32 i = 0; i < bytes && offset + i < identity_.config_bytes; ++i) {
        value |= u32{identity_.config[offset + i]} << (8 * i);
    }
    return value;
}

u32 Transport::read_register(u32 offset) const {
    switch (offset) {
        case mmio::kMagicValue: return mmio::kMagic;
        case mmio::kVersion: return mmio::kVersion2;
        case mmio::kDeviceId: return identity_.device_id;
        case mmio::kVendorId: return mmio::kVendor;
        case mmio::kDeviceFeatures: return half(offered(), device_features_sel_);
        case mmio::kQueueNumMax: return queue_exists() ? Virtqueue::kMaxSize : 0;
        case mmio::kQueueReady: return queue_exists() && queues_[queue_sel_].ready() ? 1 : 0;
        case mmio::kInterruptStatus: return __atomic_load_n(&interrupt_status_, __ATOMIC_RELAXED);
        case mmio::kStatus: return status_;
        default:
            // Configuration space never changes, so its generation stays 0. No shared memory region exists: the length
            // of each, and its base, are all ones (4.2.2).
            return offset >= mmio::kShmLenLow && offset <= mmio::kShmBaseHigh ? ~0U : 0;
    }
}

void Transport::write(u32 offset, u32 bytes, u64 value) {
    if (is_register_access(offset, bytes)) write_register(offset, static_cast<u32>(value));
}

void Transport::write_register(u32 offset, u32 value) {
    switch (offset) {
        case mmio::kDeviceFeaturesSel: device_features_sel_ = value; return;
        case mmio::kDriverFeaturesSel: driver_features_sel_ = value; return;
        case mmio::kDriverFeatures: write_driver_features(value); return;
        case mmio::kQueueSel: queue_sel_ = value; return;
        case mmio::kQueueNotify: notify(value); return;
        case mmio::kInterruptAck: lower(value); return;
        case mmio::kStatus: write_status(value); return;
        default: write_queue_register(offset, value);
    }
}

/// Features are settled once FEATURES_OK was accepted (3.1.1).
void Transport::write_driver_features(u32 value) {
    if (driver_features_sel_ > 1 || settled_) return;
    const u32 shift = 32 * driver_features_sel_;
    driver_features_ = (driver_features_ & ~(0xffff'ffffULL << shift)) | u64{value} << shift;
}

/// 2.2.2, and 6.2: without VIRTIO_F_VERSION_1 the driver would speak the legacy interface, which is not here.
bool Transport::features_acceptable() const {
    return (driver_features_ & ~offered()) == 0 && has_feature(feature::kVersion1);
}

/// What the driver writes stands there, whatever order it comes in: 3.1.1 binds drivers, not all of them keep it, and
/// real devices do not look. The device judges FEATURES_OK alone (2.2.2). Once it has accepted that, the features are
/// settled until the next reset, also for a driver that does not write the bit again beside the next one.
void Transport::write_status(u32 value) {
    if (value == 0) {
        reset();
        return;
    }
    if ((value & status::kFeaturesOk) != 0 && !settled_) settled_ = features_acceptable();
    const u32 refused = settled_ ? 0 : status::kFeaturesOk;
    status_ = (status_ & status::kDeviceNeedsReset) | (value & kDriversBits & ~refused);
}

void Transport::write_queue_register(u32 offset, u32 value) {
    if (!queue_exists()) return;
    if (offset == mmio::kQueueReady) {
        write_queue_ready(value);
        return;
    }
    if (queues_[queue_sel_].ready()) return;  // 4.2.2.2: the driver must not change a queue in use
    Virtqueue::Layout& layout = layouts_[queue_sel_];
    switch (offset) {
        case mmio::kQueueNum: layout.size = value; return;
        case mmio::kQueueDescLow:
        case mmio::kQueueDescHigh: set_half(layout.descriptors, offset, value); return;
        case mmio::kQueueDriverLow:
        case mmio::kQueueDriverHigh: set_half(layout.driver, offset, value); return;
        case mmio::kQueueDeviceLow:
        case mmio::kQueueDeviceHigh: set_half(layout.device, offset, value); return;
        default: return;
    }
}

/// Queues are made ready once the features are settled (3.1.1): what may stand in a ring depends on them.
void Transport::write_queue_ready(u32 value) {
    Virtqueue& queue = queues_[queue_sel_];
    if (value == 0) {
        queue.reset();
        return;
    }
    if (value != 1 || !settled_ || queue.ready() || (status_ & status::kDeviceNeedsReset) != 0) return;
    const Virtqueue::Features features{has_feature(feature::kIndirectDesc), has_feature(feature::kEventIdx)};
    if (!queue.start(memory_, layouts_[queue_sel_], features)) fail();
}

void Transport::notify(u32 queue) {
    // Release, for take_notification(): who is told of the queue sees what is in it.
    if (queue < identity_.queues) __atomic_fetch_or(&notified_, 1U << queue, __ATOMIC_RELEASE);
}

void Transport::notify_all() {
    for (u32 queue = 0; queue < identity_.queues; ++queue) notify(queue);
}

bool Transport::take_notification(u32 queue) {
    return (__atomic_fetch_and(&notified_, ~(1U << queue), __ATOMIC_ACQUIRE) & 1U << queue) != 0;
}

bool Transport::running() const {
    constexpr u32 kBits = status::kDriverOk | status::kFailed | status::kDeviceNeedsReset;
    return settled_ && (status_ & kBits) == status::kDriverOk;
}

void Transport::signal(u32 queue) {
    if (queues_[queue].should_interrupt()) raise(interrupt::kUsedBuffer);
}

void Transport::fail() {
    status_ |= status::kDeviceNeedsReset;
    if ((status_ & status::kDriverOk) != 0) raise(interrupt::kConfigurationChange);  // 2.1.2
}

void Transport::raise(u32 bits) {
    const u32 before = __atomic_fetch_or(&interrupt_status_, bits, __ATOMIC_ACQ_REL);
    if (before == 0) drive_line();
}

void Transport::lower(u32 bits) {
    const u32 before = __atomic_fetch_and(&interrupt_status_, ~bits, __ATOMIC_ACQ_REL);
    if (before != 0 && (before & ~bits) == 0) drive_line();
}

/// The wire follows InterruptStatus though two threads may be here at once: whoever sets it last looks once more
/// whether it is right, and who changes InterruptStatus after that comes here himself.
void Transport::drive_line() {
    for (;;) {
        const bool high = __atomic_load_n(&interrupt_status_, __ATOMIC_ACQUIRE) != 0;
        line_.set(line_.context, high);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if ((__atomic_load_n(&interrupt_status_, __ATOMIC_ACQUIRE) != 0) == high) return;
    }
}

}  // namespace ws::virtio
