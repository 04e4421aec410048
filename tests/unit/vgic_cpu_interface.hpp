// SPDX-License-Identifier: Apache-2.0
// A virtual CPU interface as hardware has it (IHI 0069 chapter 6): what a guest does with ICC_* registers, on list
// registers.
#pragma once

#include <bit>

#include "hyp/arch/registers.hpp"
#include "hyp/vgic/interrupt_controller.hpp"

namespace ws::test {

inline constexpr u32 kSpurious = 1023;
using Lr = reg::ICH_LR0_EL2;
using Hcr = reg::ICH_HCR_EL2;

inline u32 intid_of(u64 lr) { return static_cast<u32>(Lr::vINTID.get(lr)); }
inline u32 state_of(u64 lr) { return static_cast<u32>(Lr::State.get(lr)); }

struct VirtualCpuInterface {
    u64 lr[vgic::kListRegisters] = {};
    u64 hcr = 0;
    u32 pmr = 0xf8;
    bool group_on[2] = {true, true};
    /// How many low bits of a priority do not preempt, by group.
    u32 subpriority_bits[2] = {3, 3};
    bool eoi_mode = false;
    /// One bit a preemption level.
    u32 active_priorities[2] = {};

    u64 vmcr() const {
        using Vmcr = reg::ICH_VMCR_EL2;
        return Vmcr::VPMR.of(pmr) | Vmcr::VENG0.of(group_on[0]) | Vmcr::VENG1.of(group_on[1]);
    }

    /// ICC_IARn_EL1 of the right group; sets `group`.
    u32 acknowledge(u32& group) {
        u32 best = vgic::kListRegisters, best_priority = 0x100;
        for (u32 i = 0; i < vgic::kListRegisters; i++) {
            const u32 priority = static_cast<u32>(Lr::Priority.get(lr[i]));
            if (state_of(lr[i]) != 1 || !group_on[Lr::Group.get(lr[i])] || priority >= best_priority) continue;
            best = i;
            best_priority = priority;
        }
        if (best == vgic::kListRegisters || best_priority >= pmr) return kSpurious;
        group = static_cast<u32>(Lr::Group.get(lr[best]));
        const u32 level = best_priority >> subpriority_bits[group] << subpriority_bits[group];
        const u32 running = active_priorities[0] | active_priorities[1];
        if (running != 0 && level >= static_cast<u32>(std::countr_zero(running)) * 8) return kSpurious;
        lr[best] = (lr[best] & ~Lr::State.mask()) | Lr::State.of(2);
        active_priorities[group] |= u32{1} << (level / 8);
        return intid_of(lr[best]);
    }

    /// ICC_EOIRn_EL1. True: it ended a linked interrupt.
    bool end(u32 intid, u32 group) {
        active_priorities[group] &= active_priorities[group] - 1;
        return !eoi_mode && deactivate(intid);
    }

    /// ICC_DIR_EL1. True: it ended a linked interrupt.
    bool deactivate(u32 intid) {
        for (u64& value : lr) {
            if (intid_of(value) != intid || !(state_of(value) & 2)) continue;
            value &= ~Lr::State.of(2);
            return Lr::HW.get(value);
        }
        hcr += u64{1} << Hcr::EOIcount.lsb;
        return false;
    }

    /// ICH_MISR_EL2 is not zero.
    bool maintenance() const {
        u32 valid = 0, pending = 0, ended = 0;
        for (const u64 value : lr) {
            valid += state_of(value) != 0;
            pending += state_of(value) == 1;
            ended += state_of(value) == 0 && !Lr::HW.get(value) && Lr::EOI.get(value);
        }
        return ended != 0 || (Hcr::UIE.get(hcr) && valid <= 1) || (Hcr::NPIE.get(hcr) && pending == 0) ||
               (Hcr::LRENPIE.get(hcr) && Hcr::EOIcount.get(hcr) != 0);
    }

    bool has(u32 intid) const {
        for (const u64 value : lr) {
            if (state_of(value) != 0 && intid_of(value) == intid) return true;
        }
        return false;
    }
};

}  // namespace ws::test
