// SPDX-License-Identifier: Apache-2.0
// How interrupts become pending, active and deliverable, whoever asks for it.
#include "../arch/registers.hpp"
#include "interrupt_controller.hpp"

namespace ws::vgic {

using trace::IrqChange;

void InterruptController::reset(u32 vcpus) {
    count_ = vcpus < kMaxVcpus ? vcpus : kMaxVcpus;
    work_ = group0_on_ = group1_on_ = 0;
    for (Bank& bank : shared_) bank = Bank{};
    for (u32& route : route_) route = 0;
    for (u32 i = 0; i < kMaxVcpus; i++) {
        vcpus_[i] = Vcpu{};
        for (u32 b = 1; b < kBanks; b++) vcpus_[i].routed[b] = i == 0 ? ~u32{0} : 0;
        reset_vcpu(i);
    }
}

void InterruptController::reset_vcpu(u32 vcpu) {
    Vcpu& v = vcpus_[vcpu];
    take_back(vcpu, v.lr);
    v.own = Bank{};
    // SGIs are edge-triggered, always (GICR_ICFGR0).
    v.own.edge = (u32{1} << kSgis) - 1;
    v.routed[0] = ~u32{0};
    v.held[0] = 0;
    v.asleep = true;
}

void InterruptController::link(u32 intid, u32 physical) {
    linked_ |= bit_of(intid);
    physical_[intid] = static_cast<u16>(physical);
}

u32 InterruptController::target_of(u32 intid) const {
    const u32 route = route_[intid - kPrivate];
    return route < count_ ? route : kMaxVcpus;
}

void InterruptController::set_line(u32 vcpu, u32 intid, bool high) {
    const u32 b = bank_of(intid), bit = bit_of(intid);
    const u32 target = b == 0 ? vcpu : target_of(intid);
    Bank& bank = b == 0 ? vcpus_[vcpu].own : shared_[b - 1];
    if (b == 0) bank.fresh |= bit & linked_;
    if (((bank.line & bit) != 0) == high) return;
    bank.line ^= bit;
    tell(target < count_ ? target : 0, intid, high ? IrqChange::raised : IrqChange::lowered);
    if (!high) return;
    bank.latch |= bit & bank.edge;
    if (target < count_) raise(target, b, bit);
}

void InterruptController::raise(u32 vcpu, u32 b, u32 bit) {
    wake(vcpu, b, bit);
    // An edge that comes while the interrupt is listed: the list register does
    // not know of it, and no exit is sure to come. For a level-sensitive one the
    // end is an exit.
    const Bank& bank = bank_at(vcpus_[vcpu], b);
    if (const u32 again = bank.listed & bank.edge & forwarded(bank) & bit) {
        work_ |= b == 0 ? u32{1} << vcpu : listers(b, again);
    }
}

u32 InterruptController::listers(u32 b, u32 bits) const {
    u32 mask = 0;
    for (u32 i = 0; i < count_; i++) {
        const Vcpu& v = vcpus_[i];
        for (u32 n = 0; n < v.in_use; n++) {
            const u32 intid = static_cast<u32>(reg::ICH_LR0_EL2::vINTID.get(v.lr[n]));
            if (bank_of(intid) == b && (bit_of(intid) & bits)) mask |= u32{1} << i;
        }
    }
    return mask;
}

void InterruptController::wake(u32 vcpu, u32 b, u32 bits) {
    Vcpu& v = vcpus_[vcpu];
    v.hint |= u32{1} << b;
    if (deliverable(v, bank_at(v, b), b) & bits) work_ |= u32{1} << vcpu;
}

void InterruptController::wake_targets(u32 vcpu, u32 b, u32 bits) {
    if (b == 0) return wake(vcpu, 0, bits);
    for (u32 i = 0; i < count_; i++) {
        if (vcpus_[i].routed[b] & bits) wake(i, b, bits);
    }
}

void InterruptController::wake_all() {
    for (u32 i = 0; i < count_; i++) {
        for (u32 b = 0; b < kBanks; b++) wake(i, b, ~u32{0});
        // What is listed may have to leave its list register.
        if (vcpus_[i].in_use != 0) work_ |= u32{1} << i;
    }
}

bool InterruptController::has_candidate(const Vcpu& v) const {
    for (u32 banks = v.hint; banks != 0;) {
        const u32 b = take_lowest(banks);
        if (v.held[b] | deliverable(v, bank_at(v, b), b)) return true;
        v.hint &= ~(u32{1} << b);
    }
    return false;
}

bool InterruptController::would_signal(u32 vcpu, u64 vmcr) const {
    const Vcpu& v = vcpus_[vcpu];
    const u32 group0 = reg::ICH_VMCR_EL2::VENG0.get(vmcr) ? ~u32{0} : 0;
    const u32 group1 = reg::ICH_VMCR_EL2::VENG1.get(vmcr) ? ~u32{0} : 0;
    const u64 mask = reg::ICH_VMCR_EL2::VPMR.get(vmcr);
    for (u32 banks = v.hint; banks != 0;) {
        const u32 b = take_lowest(banks);
        const Bank& bank = bank_at(v, b);
        u32 bits = deliverable(v, bank, b) & ((bank.group & group1) | (~bank.group & group0));
        while (bits != 0) {
            if (bank.priority[take_lowest(bits)] < mask) return true;
        }
    }
    return false;
}

bool InterruptController::is_pending(u32 vcpu, u32 intid) const {
    if (bank(vcpu, intid).pending() & bit_of(intid)) return true;
    for (const Vcpu& v : vcpus_) {
        if (intid < kPrivate && &v != &vcpus_[vcpu]) continue;
        for (u32 n = 0; n < v.in_use; n++) {
            if ((v.moved >> n & 1) && reg::ICH_LR0_EL2::vINTID.get(v.lr[n]) == intid) return true;
        }
    }
    return false;
}

}  // namespace ws::vgic
