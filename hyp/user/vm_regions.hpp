// SPDX-License-Identifier: Apache-2.0
// What a VMM told the kernel of its guest's addresses. Entries are only added; a reader needs no lock.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct UserThread;

/// Where the VMM emulates devices: an access there goes to it. Everywhere else the guest gets an external abort at once.
class UserDevices {
  public:
    static constexpr u32 kMax = 32;

    /// False: too many, or nothing, or beyond the guest's addresses.
    bool add(Ipa start, u64 bytes) {
        const u32 count = __atomic_load_n(&count_, __ATOMIC_RELAXED);
        if (count == kMax || bytes == 0 || start.value + bytes < start.value) return false;
        regions_[count] = {start, bytes};
        __atomic_store_n(&count_, count + 1, __ATOMIC_RELEASE);
        return true;
    }
    bool contains(Ipa at, u64 bytes) const {
        const u32 count = __atomic_load_n(&count_, __ATOMIC_ACQUIRE);
        for (u32 i = 0; i < count; ++i) {
            const u64 offset = at.value - regions_[i].start.value;
            if (offset < regions_[i].bytes && bytes <= regions_[i].bytes - offset) return true;
        }
        return false;
    }

  private:
    struct Region {
        Ipa start;
        u64 bytes;
    };
    Region regions_[kMax] = {};
    u32 count_ = 0;
};

/// Doorbells: a guest's write to such an address sets bits for a thread of the VMM's and wakes it; the guest goes on at once
/// (KVM: ioeventfd).
class Kicks {
  public:
    static constexpr u32 kMax = 32;

    struct Kick {
        Ipa address;
        u32 events;
        UserThread* thread;
    };

    bool add(Ipa address, u32 events, UserThread& thread) {
        const u32 count = __atomic_load_n(&count_, __ATOMIC_RELAXED);
        if (count == kMax || events == 0) return false;
        kicks_[count] = {address, events, &thread};
        __atomic_store_n(&count_, count + 1, __ATOMIC_RELEASE);
        return true;
    }
    const Kick* find(Ipa address) const {
        const u32 count = __atomic_load_n(&count_, __ATOMIC_ACQUIRE);
        for (u32 i = 0; i < count; ++i) {
            if (kicks_[i].address == address) return &kicks_[i];
        }
        return nullptr;
    }

  private:
    Kick kicks_[kMax] = {};
    u32 count_ = 0;
};

}  // namespace ws
