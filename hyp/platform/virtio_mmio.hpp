// SPDX-License-Identifier: Apache-2.0
// The registers of a device of the board behind virtio-mmio, version 2 (VIRTIO 1.2, 4.2), as its driver uses them.
#pragma once

#include "../boot/board_info.hpp"
#include "virtio_queue.hpp"

namespace ws::host_virtio {

enum class DeviceId : u32 { none = 0, block = 2, entropy = 4 };

class MmioDevice {
  public:
    MmioDevice() = default;
    explicit MmioDevice(Pa registers) : registers_(registers) {}

    /// What is in the slot.
    DeviceId id() const;
    /// It has the registers of before VIRTIO 1.0: not those below.
    bool is_legacy() const;

    /// Resets the device and agrees on features: those of `wanted` that it has. False if it has no VIRTIO_F_VERSION_1
    /// or refuses them.
    bool negotiate(u64 wanted, u64& accepted) const;
    /// Gives it its queue 0. False if that cannot be so large.
    bool open_queue(const RequestQueue& queue) const;
    /// From now on it works.
    void start() const;
    /// It does nothing any more. False if it does not say so in time.
    bool reset() const;

    /// There is something new in queue 0.
    void notify() const;
    /// Takes the device's interrupt back.
    void acknowledge_interrupt() const;
    /// The device has met an error that it cannot leave by itself.
    bool needs_reset() const;

    /// Eight bytes of its configuration, as they were at one moment.
    u64 config64(u64 offset) const;

  private:
    u32 read(u64 offset) const;
    void write(u64 offset, u32 value) const;
    void write_address(u64 offset, Pa address) const;
    void add_status(u32 bits) const;

    Pa registers_;
};

}  // namespace ws::host_virtio
