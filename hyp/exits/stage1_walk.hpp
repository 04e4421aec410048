// SPDX-License-Identifier: Apache-2.0
// Which descriptors a walk of a guest's stage 1 tables reads, one a level, for every granule (Arm ARM D8.2). Whoever
// uses it reads the descriptors; it has no memory of its own and builds on the host too.
#pragma once

#include "../arch/registers.hpp"

namespace ws {

class Stage1Walk {
  public:
    /// `tcr`, `ttbr0`, `ttbr1`: the guest's TCR_EL1, TTBR0_EL1 and TTBR1_EL1.
    Stage1Walk(u64 tcr, u64 ttbr0, u64 ttbr1, u64 address);

    /// From -1, with 52-bit addresses, to 3.
    int level() const { return level_; }
    /// Where the descriptor of this level is.
    Ipa descriptor_address() const;
    /// Does the descriptor name a table of the next level?
    bool is_table(u64 descriptor) const { return level_ < kLastLevel && (descriptor & 3) == 3; }
    /// On to the table that `descriptor` names.
    void descend(u64 descriptor);

  private:
    static constexpr int kLastLevel = 3;

    u64 address_;
    unsigned granule_bits_;  ///< 12, 14 or 16
    unsigned address_bits_;  ///< of the range
    int level_;
    u64 table_;
};

}  // namespace ws
