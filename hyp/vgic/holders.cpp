// SPDX-License-Identifier: Apache-2.0
// Whose list registers stand in the way of an access to the memory-mapped
// registers.
#include "../arch/registers.hpp"
#include "interrupt_controller.hpp"
#include "register_map.hpp"

namespace ws::vgic {
namespace {

struct Range {
    u32 first;
    u32 count;
};

/// The interrupts whose state an access is about.
Range interrupts_at(u32 offset, u32 bytes) {
    if (offset >= kGicdIrouter && offset < kGicdIrouterEnd) return {(offset - kGicdIrouter) / 8, 1};
    switch (bank_register(offset)) {
        case BankRegister::none: return {0, 0};
        case BankRegister::ipriorityr: return {first_intid(offset), bytes};
        case BankRegister::icfgr: return {first_intid(offset), 16};
        default: return {first_intid(offset), kBankInterrupts};
    }
}

}  // namespace

u32 InterruptController::holders(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes, u32 except) const {
    if (frame == Frame::redistributor && offset < kSgiBase) return 0;
    const bool own = frame == Frame::redistributor;
    const Range range = interrupts_at(own ? offset - kSgiBase : offset, bytes);
    if (range.count == 0 || (own && frame_vcpu >= count_)) return 0;
    u32 mask = 0;
    for (u32 i = own ? frame_vcpu : 0; i < (own ? frame_vcpu + 1 : count_); i++) {
        if (i == except) continue;
        const Vcpu& v = vcpus_[i];
        for (u32 n = 0; n < v.in_use; n++) {
            const u32 intid = static_cast<u32>(reg::ICH_LR0_EL2::vINTID.get(v.lr[n]));
            if ((intid < kPrivate) == own && intid - range.first < range.count) mask |= u32{1} << i;
        }
    }
    return mask;
}

}  // namespace ws::vgic
