// SPDX-License-Identifier: Apache-2.0
// The registers with a bit, two bits or a byte for each interrupt of a bank.
// They are the same in both frames.
#include "interrupt_controller.hpp"
#include "register_map.hpp"

namespace ws::vgic {
namespace {

/// Priorities have 5 bits, the upper ones of each byte (as the virtual
/// interface of Arm's cores: ICH_VTR_EL2.PRIbits).
constexpr u8 kPriorityMask = 0xf8;

/// 16 bits to every second one of 32: the upper bits of ICFGR's fields.
u32 spread(u32 bits) {
    u32 fields = 0;
    for (u32 n = 0; n < 16; n++) fields |= (bits >> n & 1) << (2 * n + 1);
    return fields;
}

u32 gather_fields(u32 fields) {
    u32 bits = 0;
    for (u32 n = 0; n < 16; n++) bits |= (fields >> (2 * n + 1) & 1) << n;
    return bits;
}

}  // namespace

u32 InterruptController::read_bank(const Bank& bank, u32 offset, u32 bytes) {
    switch (bank_register(offset)) {
        case BankRegister::igroupr: return bank.group;
        case BankRegister::isenabler:
        case BankRegister::icenabler: return bank.enabled;
        case BankRegister::ispendr:
        case BankRegister::icpendr: return bank.pending();
        case BankRegister::isactiver:
        case BankRegister::icactiver: return bank.active;
        case BankRegister::icfgr: return spread(bank.edge >> first_intid(offset) % kBankInterrupts);
        case BankRegister::ipriorityr: {
            u32 value = 0;
            for (u32 i = 0; i < bytes; i++) {
                value |= u32{bank.priority[first_intid(offset) % kBankInterrupts + i]} << (8 * i);
            }
            return value;
        }
        case BankRegister::none: break;
    }
    return 0;
}

void InterruptController::write_bank(u32 vcpu, u32 b, u32 offset, u32 bytes, u32 value) {
    Bank& bank = bank_at(vcpus_[vcpu], b);
    switch (bank_register(offset)) {
        case BankRegister::igroupr: bank.group = value; return wake_targets(vcpu, b, ~u32{0});
        case BankRegister::isenabler: {
            const u32 rising = value & ~bank.enabled;
            bank.enabled |= value;
            return wake_targets(vcpu, b, rising);
        }
        case BankRegister::icenabler: bank.enabled &= ~value; return;
        case BankRegister::ispendr: return write_pending(vcpu, b, value);
        case BankRegister::icpendr: bank.latch &= ~value; return;
        case BankRegister::isactiver: return write_active(vcpu, b, value);
        case BankRegister::icactiver: return clear_active(vcpu, b, value);
        case BankRegister::ipriorityr: return write_priority(vcpu, b, offset, bytes, value);
        case BankRegister::icfgr: return write_configuration(vcpu, b, offset, value);
        case BankRegister::none: return;
    }
}

void InterruptController::write_pending(u32 vcpu, u32 b, u32 bits) {
    Bank& bank = bank_at(vcpus_[vcpu], b);
    u32 rising = bits & ~bank.pending();
    bank.latch |= bits;
    while (rising != 0) {
        const u32 intid = b * kBankInterrupts + take_lowest(rising);
        const u32 target = b == 0 ? vcpu : target_of(intid);
        tell(target < count_ ? target : 0, intid, trace::IrqChange::raised);
    }
    wake_targets(vcpu, b, bits);
}

void InterruptController::write_active(u32 vcpu, u32 b, u32 bits) {
    u32 rising = bits & ~bank_at(vcpus_[vcpu], b).active;
    while (rising != 0) {
        const u32 intid = b * kBankInterrupts + take_lowest(rising);
        const u32 target = b == 0 ? vcpu : target_of(intid);
        // It needs a list register somewhere, so that a guest can end it.
        const u32 holder = target < count_ ? target : 0;
        activate(holder, b, bit_of(intid));
        work_ |= u32{1} << holder;
    }
}

void InterruptController::clear_active(u32 vcpu, u32 b, u32 bits) {
    if (b == 0) {
        deactivate(vcpu, 0, bits);
    } else {
        for (u32 i = 0; i < count_; i++) deactivate(i, b, bits);
    }
    wake_targets(vcpu, b, bits);
}

void InterruptController::write_priority(u32 vcpu, u32 b, u32 offset, u32 bytes, u32 value) {
    Bank& bank = bank_at(vcpus_[vcpu], b);
    const u32 first = first_intid(offset) % kBankInterrupts;
    for (u32 i = 0; i < bytes; i++) bank.priority[first + i] = static_cast<u8>(value >> (8 * i) & kPriorityMask);
    // One that waits may now have to go before those in the list registers.
    wake_targets(vcpu, b, ((u32{1} << bytes) - 1) << first);
}

void InterruptController::write_configuration(u32 vcpu, u32 b, u32 offset, u32 value) {
    Bank& bank = bank_at(vcpus_[vcpu], b);
    const u32 first = first_intid(offset) % kBankInterrupts;
    u32 writable = u32{0xffff} << first;
    // SGIs are edge-triggered and linked PPIs level-sensitive, whatever is
    // written (IHI 0069 12.11.7, GICR_ICFGR).
    if (b == 0) writable &= ~(linked_ | ((u32{1} << kSgis) - 1));
    bank.edge = (bank.edge & ~writable) | (gather_fields(value) << first & writable);
    wake_targets(vcpu, b, writable);
}

}  // namespace ws::vgic
