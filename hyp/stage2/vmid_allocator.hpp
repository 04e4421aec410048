// SPDX-License-Identifier: Apache-2.0
// Who has which VMID. There are 256 (65536 with VTCR_EL2.VS), and a VM needs one only while it runs: numbers are given
// out in generations. When they are used up, a new generation begins, all TLBs forget everything, and every VM takes a
// new number the next time it runs.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// A VM's number and the generation that it is good in.
struct VmidSlot {
    u64 generation = 0;  ///< 0 is none
    Vmid vmid{};
};

/// The caller holds one lock in all functions.
class VmidAllocator {
  public:
    static constexpr u32 kMaxVmids = 65536;
    static constexpr u32 kMaxCpus = 8;

    /// Numbers below `vmids` but for 0, which no VM has. False: too few, there must be one for each CPU, or too many.
    [[nodiscard]] bool open(u32 vmids, u32 cpus);

    /// `cpu` is about to run the VM of `slot`; VTTBR_EL2 has no VM's number there. If `forget_all` is set, the caller
    /// invalidates all stage 1 and stage 2 translations on all CPUs (TLBI ALLE1IS) before the VM runs.
    Vmid use(VmidSlot& slot, u32 cpu, bool& forget_all);

    /// `cpu` runs no VM any more.
    void leave(u32 cpu) { running_[cpu] = {}; }

  private:
    bool is_running(const VmidSlot& slot) const;
    void begin_generation();
    u32 find_free();  ///< 0: none
    bool is_taken(u32 number) const { return (taken_[number / 64] >> number % 64 & 1) != 0; }
    void take(u32 number) { taken_[number / 64] |= 1ULL << number % 64; }

    u64 generation_ = 0;
    u32 vmids_ = 0;
    u32 next_ = 1;                    ///< where to look for a free number; below it, all are taken
    VmidSlot running_[kMaxCpus];      ///< what each CPU runs, or generation 0
    u64 taken_[kMaxVmids / 64] = {};  ///< a bit a number, in this generation
};

}  // namespace ws
