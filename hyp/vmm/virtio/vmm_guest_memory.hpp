// SPDX-License-Identifier: Apache-2.0
// A guest's RAM as its VMM sees it. Another vCPU may change it at any moment: a field is read once, with read_once()
// into a local, then checked, then used.
#pragma once

#include "../../arch/types.hpp"

namespace ws {

/// One range of guest-physical addresses; at() is the only way in.
class GuestMemory {
  public:
    constexpr GuestMemory() = default;
    /// `base` is where the VMM has the byte that the guest has at `start`; both are aligned to a page.
    constexpr GuestMemory(Ipa start, u8* base, u64 bytes) : start_(start), base_(base), bytes_(bytes) {}

    /// The VMM's address of [ipa, ipa + bytes), or null if not all of it is RAM, or there is nothing of it.
    constexpr u8* at(Ipa ipa, u64 bytes) const {
        if (bytes == 0 || ipa < start_) return nullptr;
        const u64 offset = ipa - start_;
        if (offset >= bytes_ || bytes > bytes_ - offset) return nullptr;
        return base_ + offset;
    }

    constexpr Ipa start() const { return start_; }
    constexpr u64 bytes() const { return bytes_; }

  private:
    Ipa start_;
    u8* base_ = nullptr;
    u64 bytes_ = 0;
};

/// A copy of what the guest has at `from`. Behind the fence the compiler must take it that the guest's memory has
/// changed: it cannot read there again for what it has already.
template <class Value>
inline Value read_once(const u8* from) {
    Value value;
    __builtin_memcpy(&value, from, sizeof(value));
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return value;
}

}  // namespace ws
