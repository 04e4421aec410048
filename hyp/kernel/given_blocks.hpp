// SPDX-License-Identifier: Apache-2.0
// Which blocks of a VM's RAM have been given out, to the guest or to its VMM: a bit a block. Those that have not may
// hold anything.
#pragma once

#include "../arch/types.hpp"

namespace ws {

class GivenBlocks {
  public:
    static constexpr u64 bytes_for(u64 blocks) { return (blocks + 63) / 64 * sizeof(u64); }

    /// `words` has bytes_for() all blocks, zeros.
    void open(u64* words) { words_ = words; }

    /// Needs no lock: who sees the bit sees what was done before add().
    bool has(u64 block) const {
        return (__atomic_load_n(&words_[block / 64], __ATOMIC_ACQUIRE) >> block % 64 & 1) != 0;
    }
    void add(u64 block) { __atomic_fetch_or(&words_[block / 64], u64{1} << block % 64, __ATOMIC_RELEASE); }

  private:
    u64* words_ = nullptr;
};

}  // namespace ws
