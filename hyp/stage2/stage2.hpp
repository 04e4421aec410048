// SPDX-License-Identifier: Apache-2.0
// A VM's stage 2 tables: 4 KiB granule, 39-bit guest-physical addresses, starting at level 1 (Arm ARM D8.2.9).
//
// The caller holds the VM's lock in every function but vttbr() and root(). While a block is broken up or rights change,
// a vCPU on another CPU may take a fault on what is mapped before and after: its handler takes the lock, looks up what
// it faulted on, and lets the guest try again when that is there.
#pragma once

#include "../arch/registers.hpp"
#include "../arch/res1.hpp"
#include "vmid_allocator.hpp"

namespace ws {

class Stage2 {
  public:
    static constexpr unsigned kIpaBits = 39;
    static constexpr u64 kPageBytes = 4096;
    static constexpr u64 kBlockBytes = 2 * 1024 * 1024;

    /// What the guest may do.
    struct Rights {
        bool read = false, write = false, execute = false;

        /// Bit 0 is read, bit 1 write, bit 2 execute.
        constexpr u8 bits() const { return static_cast<u8>((read ? 1 : 0) | (write ? 2 : 0) | (execute ? 4 : 0)); }
        friend constexpr bool operator==(Rights, Rights) = default;
    };
    static constexpr Rights kAllRights{true, true, true};

    struct Translation {
        bool mapped = false;
        Pa pa;  ///< what the address becomes
        Rights rights;
        u64 bytes = 0;  ///< of the block or page; if not mapped, of the aligned hole that the address lies in
    };

    /// Takes the level 1 table. False: there is none.
    [[nodiscard]] bool open();
    /// Gives every table back. No CPU has this VM in VTTBR_EL2 any more.
    void close();

    // These three take multiples of 4 KiB. If they return false, nothing is mapped otherwise than before: there were no
    // tables left, or what was asked for is not aligned, or beyond the guest's range.

    /// Maps [ipa, ipa + bytes), in blocks where they fit. Also false: some of it is mapped already.
    [[nodiscard]] bool map(Ipa ipa, Pa pa, u64 bytes, Rights rights);
    /// Afterwards nothing of [ipa, ipa + bytes) is mapped, and no CPU knows a translation of it.
    [[nodiscard]] bool unmap(Ipa ipa, u64 bytes);
    /// Changes the rights of what is mapped in [ipa, ipa + bytes), for all CPUs.
    [[nodiscard]] bool protect(Ipa ipa, u64 bytes, Rights rights);

    Translation lookup(Ipa ipa) const;

    Pa root() const { return Pa(reinterpret_cast<u64>(root_)); }
    /// VTTBR_EL2 for this VM.
    u64 vttbr(Vmid number) const { return reg::VTTBR_EL2::VMID.of(static_cast<u64>(number)) | root().value; }
    /// VTCR_EL2, the same for all VMs; `physical_address_size` as in its field PS.
    static constexpr u64 vtcr(u64 physical_address_size) {
        using V = reg::VTCR_EL2;
        constexpr u64 kStartAtLevel1 = 1;
        return res1::kVtcrEl2 | V::T0SZ.of(64 - kIpaBits) | V::SL0.of(kStartAtLevel1) | V::IRGN0.of(1) |
               V::ORGN0.of(1) | V::SH0.of(3) | V::PS.of(physical_address_size);
    }

    /// The VMID that this VM's translations are tagged with.
    VmidSlot vmid;

  private:
    struct Removed;

    u64* entry_for(Ipa ipa, unsigned level);
    bool break_block_at(Ipa edge);
    bool break_edges(Ipa ipa, u64 bytes) { return break_block_at(ipa) && break_block_at(ipa + bytes); }
    void remove(Ipa ipa, u64 bytes);

    u64* root_ = nullptr;
};

}  // namespace ws
