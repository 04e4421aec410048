// SPDX-License-Identifier: Apache-2.0
// virtio-mmio, version 2 (VIRTIO 1.2, 4.2): the registers of one device, its queues, and its interrupt.
//
// Two sides use it at once: vCPUs that trapped on a register, and the thread that serves the queues. What a driver does
// in normal operation is safe beside anything: notify(), and reads and writes of the registers that needs_lock() says
// no to. For all else the caller holds the device's lock.
#pragma once

#include "mmio_layout.hpp"
#include "virtqueue.hpp"

namespace ws::virtio {

/// The device's wire to the interrupt controller: level-sensitive.
struct InterruptLine {
    void (*set)(void* context, bool high) = nullptr;
    void* context = nullptr;
};

/// What distinguishes a device for the transport. Configuration space is read-only: no device here offers a feature
/// with a field that the driver may write.
struct Identity {
    u32 device_id = 0;
    u32 queues = 0;
    u64 features = 0;  ///< the device's own, beside those that the transport offers for all
    const u8* config = nullptr;
    u32 config_bytes = 0;
};

class Transport {
  public:
    static constexpr u32 kMaxQueues = 2;
    static constexpr u64 kFeatures = feature::kVersion1 | feature::kEventIdx | feature::kIndirectDesc;

    /// Nothing is copied of what `identity.config` points to.
    Transport(const Identity& identity, const GuestMemory& memory, InterruptLine line)
        : identity_(identity), memory_(memory), line_(line) {}
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// As it was made; what a driver does by writing 0 to Status.
    void reset();

    /// An access of the guest. What the specification does not allow reads 0, or is ignored.
    u64 read(u32 offset, u32 bytes);
    void write(u32 offset, u32 bytes, u64 value);
    /// Must the device's lock be held for an access to this register?
    static constexpr bool needs_lock(u32 offset) {
        return offset != mmio::kQueueNotify && offset != mmio::kInterruptStatus && offset != mmio::kInterruptAck;
    }

    /// A write of QueueNotify. The queue is remembered until the device is served.
    void notify(u32 queue);
    /// Some queue was notified, and nobody knows any more which. To serve one for nothing costs little.
    void notify_all();
    /// Is there a queue to serve?
    bool has_work() const { return __atomic_load_n(&notified_, __ATOMIC_RELAXED) != 0; }

    // For the device.

    /// Has a driver started the device, and has nothing gone wrong? Else it uses no queue (2.1.2).
    bool running() const;
    bool has_feature(u64 bits) const { return (driver_features_ & bits) == bits; }
    Virtqueue& queue(u32 index) { return queues_[index]; }
    /// Was this queue notified? It is forgotten.
    bool take_notification(u32 queue);
    /// Interrupts the driver if it wants to know of what was pushed to the queue.
    void signal(u32 queue);
    /// The driver has broken a rule: the device stops and tells it so (2.1.2).
    void fail();

  private:
    bool queue_exists() const { return queue_sel_ < identity_.queues; }
    u32 read_register(u32 offset) const;
    u32 read_config(u32 offset, u32 bytes) const;
    void write_register(u32 offset, u32 value);
    void write_driver_features(u32 value);
    void write_status(u32 value);
    void write_queue_register(u32 offset, u32 value);
    void write_queue_ready(u32 value);
    u64 offered() const { return identity_.features | kFeatures; }
    bool features_acceptable() const;
    void raise(u32 bits);
    void lower(u32 bits);
    void drive_line();

    Identity identity_;
    GuestMemory memory_;
    InterruptLine line_;

    Virtqueue queues_[kMaxQueues];
    Virtqueue::Layout layouts_[kMaxQueues];
    u64 driver_features_ = 0;
    u32 device_features_sel_ = 0, driver_features_sel_ = 0, queue_sel_ = 0;
    u32 status_ = 0;
    bool settled_ = false;      ///< FEATURES_OK was accepted since the last reset
    u32 interrupt_status_ = 0;  ///< atomic
    u32 notified_ = 0;          ///< atomic; one bit a queue
};

}  // namespace ws::virtio
