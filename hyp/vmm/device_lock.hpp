// SPDX-License-Identifier: Apache-2.0
// A device's lock: between the vCPUs' threads, which access its registers, and the one that serves its queues.
#pragma once

#include "kernel_calls.hpp"

namespace ws::vmm {

class DeviceLock {
  public:
    void lock() {
        // Who holds it may be waiting for this CPU.
        while (__atomic_exchange_n(&held_, true, __ATOMIC_ACQUIRE)) call(SystemCall::yield);
    }
    void unlock() { __atomic_store_n(&held_, false, __ATOMIC_RELEASE); }

  private:
    bool held_ = false;
};

class DeviceLocked {
  public:
    explicit DeviceLocked(DeviceLock& lock) : lock_(lock) { lock_.lock(); }
    ~DeviceLocked() { lock_.unlock(); }
    DeviceLocked(const DeviceLocked&) = delete;
    DeviceLocked& operator=(const DeviceLocked&) = delete;

  private:
    DeviceLock& lock_;
};

}  // namespace ws::vmm
