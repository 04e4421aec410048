// SPDX-License-Identifier: Apache-2.0
// A list to which entries are only added. Several threads may add at once, and a reader needs no lock: an entry counts
// when it is whole.
#pragma once

#include "../arch/types.hpp"

namespace ws {

template <class Entry, u32 kMost, class Lock>
class AppendedList {
  public:
    /// False: it is full.
    bool add(const Entry& entry) {
        lock_.lock();
        const bool room = count_ < kMost;
        if (room) {
            entries_[count_] = entry;
            __atomic_store_n(&count_, count_ + 1, __ATOMIC_RELEASE);
        }
        lock_.unlock();
        return room;
    }
    /// The first entry for which `is` is true, or null.
    template <class Is>
    const Entry* find(Is is) const {
        const u32 count = __atomic_load_n(&count_, __ATOMIC_ACQUIRE);
        for (u32 i = 0; i < count; ++i) {
            if (is(entries_[i])) return &entries_[i];
        }
        return nullptr;
    }

  private:
    Entry entries_[kMost] = {};
    u32 count_ = 0;
    Lock lock_;
};

}  // namespace ws
