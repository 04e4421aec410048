// SPDX-License-Identifier: Apache-2.0
// A VM's stage 2 tables: 4 KiB granule, 39-bit guest-physical addresses, starting at level 1 (Arm ARM D8.2.9).
#pragma once

#include "../boot/board_info.hpp"

namespace ws {

class Stage2 {
  public:
    static constexpr unsigned kIpaBits = 39;
    static constexpr u64 kBlockBytes = 2 * 1024 * 1024;

    /// Takes the level 1 table from the memory pool.
    void open();

    /// Maps guest RAM in blocks: read, write, execute, write-back. All three are multiples of 2 MiB.
    void map_memory(Ipa ipa, Pa pa, u64 bytes);

    /// VTTBR_EL2 for this VM.
    u64 vttbr(Vmid vmid) const;
    /// VTCR_EL2, the same for all VMs.
    static u64 vtcr();

  private:
    u64* root_ = nullptr;
};

}  // namespace ws
