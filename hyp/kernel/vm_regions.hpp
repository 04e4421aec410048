// SPDX-License-Identifier: Apache-2.0
// What a VMM has told the kernel of its guest's addresses: where it has devices, and where doorbells. Any of its
// threads may add to them at any time; nothing is taken away. Who looks an address up needs no lock.
#pragma once

#include "../base/spin_lock.hpp"
#include "appended_list.hpp"

namespace ws {

struct UserThread;

/// Where the VMM emulates devices: an access there goes to it. Where neither it nor the kernel has a device, the guest
/// gets an external abort at once.
class UserDevices {
  public:
    static constexpr u32 kMax = 32;

    /// False: there are too many, or the range is empty or goes beyond 64 bits.
    bool add(Ipa start, u64 bytes) {
        return bytes != 0 && start.value + bytes >= start.value && regions_.add({start, bytes});
    }
    bool contains(Ipa at, u64 bytes) const {
        return regions_.find([&](const Region& region) {
            const u64 offset = at.value - region.start.value;
            return offset < region.bytes && bytes <= region.bytes - offset;
        }) != nullptr;
    }

  private:
    struct Region {
        Ipa start;
        u64 bytes;
    };
    AppendedList<Region, kMax, SpinLock> regions_;
};

/// Doorbells: a guest's write to such an address sets bits for a thread of the VMM's and wakes it; the guest goes on at
/// once (KVM: ioeventfd).
class Kicks {
  public:
    static constexpr u32 kMax = 32;

    struct Kick {
        Ipa address;
        u32 events;
        UserThread* thread;
    };

    bool add(Ipa address, u32 events, UserThread& thread) {
        return events != 0 && kicks_.add({address, events, &thread});
    }
    const Kick* find(Ipa address) const {
        return kicks_.find([&](const Kick& kick) { return kick.address == address; });
    }

  private:
    AppendedList<Kick, kMax, SpinLock> kicks_;
};

}  // namespace ws
