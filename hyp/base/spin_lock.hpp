// SPDX-License-Identifier: Apache-2.0
// Mutual exclusion between CPUs. The kernel runs with interrupts masked, so a lock is never held across one.
#pragma once

#include "../arch/hw/barriers.hpp"
#include "../arch/types.hpp"

namespace ws {

class SpinLock {
  public:
    WS_INLINE void lock() {
        while (__atomic_exchange_n(&held_, 1U, __ATOMIC_ACQUIRE) != 0) [[unlikely]] {
            while (__atomic_load_n(&held_, __ATOMIC_RELAXED) != 0) hw::yield();
        }
    }
    WS_INLINE void unlock() { __atomic_store_n(&held_, 0U, __ATOMIC_RELEASE); }

  private:
    u32 held_ = 0;
};

/// Holds a lock for a scope.
class Locked {
  public:
    WS_INLINE explicit Locked(SpinLock& lock) : lock_(lock) { lock_.lock(); }
    WS_INLINE ~Locked() { lock_.unlock(); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

  private:
    SpinLock& lock_;
};

}  // namespace ws
