// SPDX-License-Identifier: Apache-2.0
// What the drivers of the board's virtio devices have in common: a device with one queue, and threads that wait for it.
#pragma once

#include "../base/spin_lock.hpp"
#include "../platform/virtio_mmio.hpp"

namespace ws::host_virtio {

class Driver {
  public:
    /// Makes the device in `slot` work, with those of the features `wanted` that it has. False, with a line in the log,
    /// if it cannot be used.
    bool open(const VirtioSlot& slot, u64 wanted);

    bool has(u64 feature) const { return (features_ & feature) != 0; }
    const MmioDevice& device() const { return device_; }
    u32 intid() const { return slot_.intid; }

    /// The current thread waits until the device is done with the request. False if the device is broken. The wait
    /// cannot be cut short: until its end the memory is the device's.
    bool run(Request& request);

    void handle_interrupt();

  private:
    void give_up(const char* why);

    SpinLock lock_;  ///< of all below; wake_thread is called with it held
    VirtioSlot slot_;
    MmioDevice device_;
    u64 features_ = 0;
    RequestQueue queue_;
};

/// A driver for the device in `slot`, opened, or null.
Driver* open_driver(const VirtioSlot& slot, u64 wanted);

}  // namespace ws::host_virtio
