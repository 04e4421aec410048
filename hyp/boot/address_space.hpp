// SPDX-License-Identifier: Apache-2.0
// The hypervisor's own stage 1 tables: 4 KiB granule, 39-bit addresses, one to one (Arm ARM D8.3). No page is writable
// and executable.
#pragma once

#include "../arch/types.hpp"

namespace ws {

enum class Access : u8 { read_execute, read_only, read_write, device };

/// The translation regimes whose descriptors differ.
enum class Regime : u8 {
    el1,  ///< EL1&0, or EL2&0 with E2H: PXN and UXN
    el2,  ///< EL2 with E2H=0: one privilege level, XN
};

class AddressSpace {
  public:
    explicit constexpr AddressSpace(Regime regime) : regime_(regime) {}

    /// Maps [start, start + bytes) to itself. `start` and `bytes` are multiples of 4 KiB. Mapping what is mapped
    /// already is allowed if the access is the same; otherwise the hypervisor panics.
    void map(Pa start, u64 bytes, Access access);

    /// Address of the level 1 table, for TTBR0_ELx.
    Pa root() const { return Pa(reinterpret_cast<u64>(tables_[0].entries)); }

    // What TCR_ELx and MAIR_ELx must say for these tables.
    static constexpr unsigned kAddressBits = 39;
    /// Attr0: normal memory, write-back; Attr1: Device-nGnRE.
    static constexpr u64 kMair = 0x04'ff;

  private:
    struct alignas(4096) Table {
        u64 entries[512];
    };
    static constexpr unsigned kTables = 24;

    u64 leaf(Access access, unsigned level) const;
    u64& entry_for(Pa address, unsigned level);

    Regime regime_;
    unsigned used_ = 1;
    Table tables_[kTables] = {};
};

}  // namespace ws
