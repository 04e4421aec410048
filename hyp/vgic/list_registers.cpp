// SPDX-License-Identifier: Apache-2.0
// The way of interrupts into the list registers and back.
#include "../arch/registers.hpp"
#include "shortlist.hpp"

namespace ws::vgic {

using trace::IrqChange;
using Lr = reg::ICH_LR0_EL2;
using Hcr = reg::ICH_HCR_EL2;

namespace {

/// ICH_LRn_EL2.State, as bits.
constexpr u64 kPending = 1, kActive = 2;

}  // namespace

void InterruptController::gather(const Vcpu& v, Shortlist& list) const {
    for (u32 banks = v.hint; banks != 0;) {
        const u32 b = take_lowest(banks);
        const Bank& bank = bank_at(v, b);
        u32 pending = deliverable(v, bank, b), held = v.held[b];
        if ((pending | held) == 0) v.hint &= ~(u32{1} << b);
        while (pending != 0) {
            const u32 n = take_lowest(pending);
            list.add_pending(Shortlist::key(bank.priority[n], b * kBankInterrupts + n), bank.group >> n & 1);
        }
        while (held != 0) {
            const u32 n = take_lowest(held);
            list.add_active(Shortlist::key(bank.priority[n], b * kBankInterrupts + n));
        }
    }
}

u64 InterruptController::fill(u32 vcpu, Vcpu& v, u32 number, u32 intid) {
    const u32 b = bank_of(intid), bit = bit_of(intid);
    Bank& bank = bank_at(v, b);
    const bool linked = b == 0 && (linked_ & bit);
    const bool level = !(bank.edge & bit);
    u64 state = kPending;
    u64 lr = Lr::vINTID.of(intid) | Lr::Priority.of(bank.priority[intid % kBankInterrupts]);
    if (bank.group & bit) lr |= Lr::Group.mask();
    if (bank.active & bit) {
        // An edge that came since: the guest may take it as soon as it has ended
        // this one. A level-sensitive one is looked at again when it has ended: its
        // handler is about to lower the line.
        const u32 again = bank.latch & forwarded(bank) & bit;
        state = !level && (again & v.routed[b]) ? kActive | kPending : kActive;
        if (again && state == kActive && !linked) lr |= Lr::EOI.mask();
    }
    if ((state & kPending) && (bank.latch & bit)) {
        bank.latch &= ~bit;
        v.moved |= u32{1} << number;
    }
    if (linked) {
        lr |= Lr::HW.mask() | Lr::pINTID.of(physical_[intid]);
    } else if (level) {
        // Without this the guest could end it unseen, and would not get it again
        // though the line is still high.
        lr |= Lr::EOI.mask();
    }
    lr |= Lr::State.of(state);
    bank.listed |= bit;
    bank.fresh &= ~bit;
    if (state & kPending) tell(vcpu, intid, IrqChange::listed);
    tell_list_register(vcpu, number, lr);
    return lr;
}

void InterruptController::unlist(u32 vcpu, Vcpu& v, u64 flushed, u64 now, bool moved) {
    const u32 intid = static_cast<u32>(Lr::vINTID.get(flushed));
    const u32 b = bank_of(intid), bit = bit_of(intid);
    Bank& bank = bank_at(v, b);
    const u64 before = Lr::State.get(flushed), after = Lr::State.get(now);
    bank.listed &= ~bit;
    if (before == (kActive | kPending) && after != before) tell(vcpu, intid, IrqChange::ended);
    if (before & kPending) tell(vcpu, intid, after & kPending ? IrqChange::unlisted : IrqChange::taken);
    if (moved && (after & kPending)) bank.latch |= bit;
    if (after & kActive) {
        activate(vcpu, b, bit);
    } else if (after != before) {
        deactivate(vcpu, b, bit);
    }
    if (after != 0) return;
    tell(vcpu, intid, IrqChange::ended);
    // The physical interrupt has ended with it, so it comes again if its line is
    // still high; see link().
    if ((flushed & Lr::HW.mask()) && (bank.line & ~bank.fresh & bit)) {
        bank.line &= ~bit;
        tell(vcpu, intid, IrqChange::lowered);
    }
}

u32 InterruptController::flush(u32 vcpu, u64* lr, u64& hcr) {
    Vcpu& v = vcpus_[vcpu];
    constexpr u64 kMaintenance =
        Hcr::EOIcount.mask() | Hcr::NPIE.mask() | Hcr::LRENPIE.mask() | Hcr::UIE.mask() | Hcr::TDIR.mask();
    hcr = (hcr & ~kMaintenance) | Hcr::En.mask();
    for (u32 n = 0; n < kListRegisters; n++) lr[n] = 0;
    if (v.hint == 0) return 0;
    if (v.in_use != 0) take_back(vcpu, v.lr);

    Shortlist list;
    gather(v, list);
    list.make_room();
    for (u32 n = 0; n < list.used; n++) {
        lr[n] = v.lr[n] = fill(vcpu, v, n, Shortlist::intid(list.keys[n]));
        if (lr[n] & Lr::State.of(kActive)) {
            list.active--;
        } else {
            list.pending--;
        }
    }
    v.in_use = list.used;
    // More are waiting: come back when the guest has taken all that are pending
    // here (NPIE), even if it has not ended them, or has ended all but one (UIE).
    if (list.pending != 0) hcr |= Hcr::NPIE.mask() | Hcr::UIE.mask();
    // The guest's end of an active one that is not here is only counted (EOIcount). A deactivation by ICC_DIR_EL1 may
    // be of any of them: it has to trap.
    if (list.active != 0) hcr |= Hcr::LRENPIE.mask() | Hcr::TDIR.mask();
    return (u32{1} << list.used) - 1;
}

void InterruptController::deactivate_by_guest(u32 vcpu, u32 intid) {
    if (intid >= kIntIds) return;
    const u32 b = bank_of(intid);
    if ((vcpus_[vcpu].held[b] & bit_of(intid)) == 0) return;
    deactivate(vcpu, b, bit_of(intid));
    tell(vcpu, intid, IrqChange::ended);
}

void InterruptController::sync(u32 vcpu, const u64* lr, u64& hcr) {
    Vcpu& v = vcpus_[vcpu];
    const u32 ended = static_cast<u32>(Hcr::EOIcount.get(hcr));
    hcr &= ~Hcr::EOIcount.mask();
    // Before the list registers: what the guest took from them, it has not ended
    // without them.
    if (ended != 0) end_unlisted(vcpu, ended);
    if (v.in_use != 0) take_back(vcpu, lr);
}

void InterruptController::end_unlisted(u32 vcpu, u32 count) {
    Vcpu& v = vcpus_[vcpu];
    for (; count != 0; count--) {
        // Ends come in the reverse order of preemption: the highest priority first.
        u32 first = Shortlist::kNone;
        for (u32 banks = v.hint; banks != 0;) {
            const u32 b = take_lowest(banks);
            const Bank& bank = bank_at(v, b);
            for (u32 held = v.held[b] & ~bank.listed; held != 0;) {
                const u32 n = take_lowest(held);
                const u32 key = Shortlist::key(bank.priority[n], b * kBankInterrupts + n);
                if (key < first) first = key;
            }
        }
        if (first == Shortlist::kNone) return;
        const u32 intid = Shortlist::intid(first);
        deactivate(vcpu, bank_of(intid), bit_of(intid));
        tell(vcpu, intid, IrqChange::ended);
    }
}

void InterruptController::take_back(u32 vcpu, const u64* lr) {
    Vcpu& v = vcpus_[vcpu];
    const u32 used = v.in_use, moved = v.moved;
    v.in_use = v.moved = 0;
    for (u32 n = 0; n < used; n++) unlist(vcpu, v, v.lr[n], lr[n], moved >> n & 1);
}

}  // namespace ws::vgic
