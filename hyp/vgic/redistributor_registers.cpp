// SPDX-License-Identifier: Apache-2.0
// A redistributor's two frames (IHI 0069 12.10 and 12.11): RD_base and
// SGI_base. No LPIs.
#include "interrupt_controller.hpp"
#include "register_map.hpp"

namespace ws::vgic {
namespace {

constexpr u32 kProcessorSleep = 1 << 1, kChildrenAsleep = 1 << 2;
constexpr u32 kLast = 1 << 4;
constexpr u8 kPart = 0x93;

/// The 64-bit registers: GICR_TYPER and those of LPIs, which read as zero.
constexpr bool is_wide(u32 offset) {
    switch (offset) {
        case kGicrTyper:
        case 0x040:  // SETLPIR
        case 0x048:  // CLRLPIR
        case 0x070:  // PROPBASER
        case 0x078:  // PENDBASER
        case 0x0a0:  // INVLPIR
        case 0x0b0:  // INVALLR
            return true;
        default: return false;
    }
}

constexpr bool is_access(u32 offset, u32 bytes) {
    if ((offset & (bytes - 1)) != 0) return false;
    return bytes == 4 || (bytes == 1 && offset >= kSgiBase && has_bytes(offset - kSgiBase)) ||
           (bytes == 8 && is_wide(offset));
}

constexpr bool is_private_bank(u32 offset) {
    return offset >= kSgiBase && bank_register(offset - kSgiBase) != BankRegister::none &&
           first_intid(offset - kSgiBase) < kPrivate;
}

}  // namespace

bool InterruptController::read_redistributor(u32 vcpu, u32 offset, u32 bytes, u64& value) const {
    if (vcpu >= count_ || offset >= kRedistributorBytes) return false;
    value = 0;
    if (!is_access(offset, bytes)) return true;
    const Vcpu& v = vcpus_[vcpu];
    if (is_private_bank(offset)) {
        value = read_bank(v.own, offset - kSgiBase, bytes);
        return true;
    }
    switch (offset) {
        case kGicrIidr: value = kIidr; break;
        case kGicrTyper:
            value = u64{vcpu} << 32 | vcpu << 8 | (vcpu + 1 == count_ ? kLast : 0);
            if (bytes == 4) value &= ~u32{0};
            break;
        case kGicrTyper + 4: value = vcpu; break;
        // Interrupts are delivered to a vCPU whose guest never wakes its
        // redistributor, as on QEMU's virt board: the bits only answer to the
        // handshake.
        case kGicrWaker: value = v.asleep ? kProcessorSleep | kChildrenAsleep : 0; break;
        default:
            if (offset >= kFirstIdRegister && offset < kSgiBase) value = id_register(offset, kPart);
    }
    return true;
}

bool InterruptController::write_redistributor(u32 vcpu, u32 offset, u32 bytes, u64 value) {
    if (vcpu >= count_ || offset >= kRedistributorBytes) return false;
    if (!is_access(offset, bytes)) return true;
    if (is_private_bank(offset)) {
        write_bank(vcpu, 0, offset - kSgiBase, bytes, static_cast<u32>(value));
    } else if (offset == kGicrWaker) {
        vcpus_[vcpu].asleep = value & kProcessorSleep;
    }
    return true;
}

}  // namespace ws::vgic
