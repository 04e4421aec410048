// SPDX-License-Identifier: Apache-2.0
// A process's stage 1 tables: below vmm::kStart the kernel's own map, which EL0 cannot use; above it what the process has.
// One table for both, since the EL2 of Armv8.0 has a single range of addresses (Arm ARM D8.2.2).
#pragma once

#include "../boot/address_space.hpp"
#include "../vmm/interface/layout.hpp"

namespace ws {

enum class UserAccess : u8 { read_execute, read_only, read_write };

class UserSpace {
  public:
    /// Takes the level 1 table. The kernel's space must be complete.
    void open(u16 asid);

    /// Maps [start, start + bytes), which nothing is mapped in, to `pa`: multiples of 4 KiB, in blocks of 2 MiB where they fit.
    void map(UserVa start, Pa pa, u64 bytes, UserAccess access);

    /// TTBR0_EL1 of the CPU that runs the process.
    u64 ttbr() const;

  private:
    u64* entry_for(UserVa address, unsigned level);

    u64* root_ = nullptr;
    u16 asid_ = 0;
};

/// From now on this CPU translates by `ttbr`: a process's, or kernel_ttbr().
void use_space(u64 ttbr);
u64 kernel_ttbr();

}  // namespace ws
