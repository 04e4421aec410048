// SPDX-License-Identifier: Apache-2.0
// The upper range of addresses, TTBR1_EL1's, with one chain of tables for one address. What the guest itself lives in
// is the lower range and stays as it is.
#pragma once

#include "guests/lib/hypercall.hpp"

namespace guest {

struct Granule {
    const char* name;
    u64 tg1;        ///< TCR_EL1.TG1
    unsigned bits;  ///< of an address within it
};
inline constexpr Granule kGranule4{"4 KiB", 2, 12}, kGranule16{"16 KiB", 1, 14}, kGranule64{"64 KiB", 3, 16};
/// Has the CPU this granule?
bool is_there(const Granule& granule);

class UpperRange {
  public:
    static constexpr int kLastLevel = 3;
    /// Of a descriptor.
    static constexpr u64 kTable = 3, kPage = 3, kBlock = 1;
    static constexpr u64 kAccessFlag = 1 << 10, kReadOnly = 1 << 7, kDirtyModifier = 1ULL << 51;
    static constexpr u64 kNormalMemory = 1ULL << 2 | 3ULL << 8;

    /// Tables at every level for one address, which none of them translates yet.
    UpperRange(const Granule& granule, unsigned address_bits);

    int first_level() const { return first_level_; }
    u64 address() const { return address_; }
    u64 bytes_at(int level) const { return u64{1} << shift(level); }
    u64 table(int level) const;
    volatile u64& descriptor(int level) const;
    /// From the first level's table down to `level`'s, the chain is as it should be.
    void chain_down_to(int level) const;
    /// From now on the CPU translates by it, with its first table at `first_table`; `flags` go into TCR_EL1.
    void use(u64 first_table, u64 flags = 0) const;
    /// The upper range is off.
    static void leave();

  private:
    unsigned shift(int level) const {
        return granule_.bits + static_cast<unsigned>(kLastLevel - level) * (granule_.bits - 3);
    }

    Granule granule_;
    unsigned address_bits_;
    int first_level_ = kLastLevel;
    u64 address_;
};

}  // namespace guest
