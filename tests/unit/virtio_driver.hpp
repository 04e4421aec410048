// SPDX-License-Identifier: Apache-2.0
// A guest for the virtio devices: RAM, and a driver that keeps to the specification until a test makes it stop.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hyp/vmm/virtio/transport.hpp"

namespace ws::test {

/// RAM of exactly its size, so that AddressSanitizer sees an access beyond it.
class GuestRam {
  public:
    static constexpr u64 kStart = 0x4000'0000;

    explicit GuestRam(u64 bytes = 0x10000);
    GuestMemory memory() const { return {Ipa(kStart), ram_.get(), bytes_}; }
    u64 end() const { return kStart + bytes_; }

    /// Memory that nobody else has, of zeros.
    u64 allocate(u64 bytes, u64 alignment = 16);
    /// A copy of `content` in memory of its own.
    u64 place(const std::string& content);
    std::string text(u64 address, u64 bytes) const;

    template <class Value>
    Value get(u64 address) const {
        Value value;
        std::memcpy(&value, ram_.get() + (address - kStart), sizeof(value));
        return value;
    }
    template <class Value>
    void put(u64 address, Value value) {
        std::memcpy(ram_.get() + (address - kStart), &value, sizeof(value));
    }

  private:
    struct Free {
        void operator()(u8* ram) const { ::operator delete[](ram, std::align_val_t(4096)); }
    };
    u64 bytes_;
    u64 allocated_ = 0;
    std::unique_ptr<u8[], Free> ram_;
};

/// The wire of a device.
struct Wire {
    bool high = false;
    u32 changes = 0;
    virtio::InterruptLine line();
};

/// What every driver does before it has queues.
class VirtioDriver {
  public:
    static constexpr u64 kAllRings = virtio::feature::kIndirectDesc | virtio::feature::kEventIdx;

    VirtioDriver(virtio::Transport& device, GuestRam& ram) : device_(device), ram_(ram) {}

    u32 get(u32 offset) { return static_cast<u32>(device_.read(offset, 4)); }
    void set(u32 offset, u32 value) { device_.write(offset, 4, value); }
    u64 config(u32 offset, u32 bytes) { return device_.read(virtio::mmio::kConfig + offset, bytes); }
    u32 status() { return get(virtio::mmio::kStatus); }
    void add_status(u32 bits) { set(virtio::mmio::kStatus, status() | bits); }
    u64 offered();

    /// Reset, ACKNOWLEDGE, DRIVER, the features and VERSION_1, FEATURES_OK. Did it stay?
    bool negotiate(u64 features);
    void start() { add_status(virtio::status::kDriverOk); }
    /// Reads InterruptStatus and acknowledges what it says.
    u32 take_interrupt();
    bool needs_reset() { return (status() & virtio::status::kDeviceNeedsReset) != 0; }

    GuestRam& ram() { return ram_; }
    u64 features() const { return features_; }

  private:
    virtio::Transport& device_;
    GuestRam& ram_;
    u64 features_ = 0;
};

/// The driver's side of a queue.
class DriverQueue {
  public:
    struct Buffer {
        u64 address;
        u32 bytes;
        bool writable = false;
    };
    struct Used {
        u32 head;
        u32 bytes;
    };
    static constexpr u16 kNext = 1, kWrite = 2, kIndirect = 4;

    /// Makes the queue ready.
    DriverQueue(VirtioDriver& driver, u32 index, u32 size);

    /// A chain of these, available at once; its head.
    u16 add(const std::vector<Buffer>& buffers);
    u16 add_indirect(const std::vector<Buffer>& buffers);
    /// Notifies if the device asked for it. Did it?
    bool kick();
    /// The next used chain.
    std::optional<Used> used();
    /// No interrupt until the device has used `count` more chains than were taken.
    void want_interrupt_after(u16 count);

    // By hand, for what no driver does.
    void write_descriptor(u64 table, u32 number, u64 address, u32 bytes, u16 flags, u16 next);
    /// Puts `head` into the available ring, and the index one on.
    void make_available(u16 head);
    void set_available_index(u16 index) { ram().put(available_ + 2, index); }
    u16 available_index() { return ram().get<u16>(available_ + 2); }
    void set_flags(u16 flags) { ram().put(available_, flags); }
    u16 available_event() { return ram().get<u16>(used_ + 4 + 8 * size_); }
    u16 used_index() { return ram().get<u16>(used_ + 2); }

    u64 descriptors() const { return descriptors_; }
    u64 available() const { return available_; }
    u64 used_ring() const { return used_; }
    u32 index() const { return index_; }

  private:
    GuestRam& ram() { return driver_.ram(); }
    bool event_index() const { return (driver_.features() & virtio::feature::kEventIdx) != 0; }

    VirtioDriver& driver_;
    u32 index_, size_;
    u64 descriptors_, available_, used_;
    u32 next_descriptor_ = 0;
    u16 kicked_ = 0;  ///< the available index at the last kick()
    u16 taken_ = 0;   ///< used chains
};

}  // namespace ws::test
