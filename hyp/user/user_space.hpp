// SPDX-License-Identifier: Apache-2.0
// A process's stage 1 tables: above vmm::kStart what the process has; below it what EL1 or EL2 needs while these tables
// are in use, which EL0 cannot touch. That is the kernel's own map, but in the el2 design, where the kernel has tables
// of its own.
#pragma once

#include "../boot/address_space.hpp"
#include "../vmm/interface/process_layout.hpp"

namespace ws {

enum class UserAccess : u8 { read_execute, read_only, read_write };

class UserSpace {
  public:
    /// Takes the level 1 table. The kernel's space must be complete.
    void open(u16 asid);

    /// Maps [start, start + bytes), which nothing is mapped in, to `pa`: multiples of 4 KiB, in blocks of 2 MiB where
    /// they fit.
    void map(UserVa start, Pa pa, u64 bytes, UserAccess access);

    /// Takes all tables that map() will need for [start, start + bytes) in parts of 2 MiB and what is left. So it takes
    /// none later, when there may be none, and does not get in the way of a map() elsewhere.
    void make_tables(UserVa start, u64 bytes);

    /// TTBR0_EL1 of the CPU that runs the process.
    u64 ttbr() const;

  private:
    u64* entry_for(UserVa address, unsigned level);

    u64* root_ = nullptr;
    u16 asid_ = 0;
};

}  // namespace ws
