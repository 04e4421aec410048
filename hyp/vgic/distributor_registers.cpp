// SPDX-License-Identifier: Apache-2.0
// The distributor's frame (IHI 0069 12.9), with one security state
// (GICD_CTLR.DS) and affinity routing always on (ARE): the registers of GICv2's
// routing, and those of SGIs and PPIs, read as zero here.
#include "interrupt_controller.hpp"
#include "register_map.hpp"

namespace ws::vgic {
namespace {

constexpr u32 kEnableGrp0 = 1, kEnableGrp1 = 2, kAre = 1 << 4, kDs = 1 << 6;
/// No 1-of-N delivery (No1N), 10 bits of INTID, no LPIs, no message-based SPIs;
/// the number of banks of 32.
constexpr u32 kTyper = 1 << 25 | 9 << 19 | (kIntIds / kBankInterrupts - 1);
constexpr u8 kPart = 0x92;

constexpr bool is_irouter(u32 offset) { return offset >= kGicdIrouter && offset < kGicdIrouterEnd; }

constexpr bool is_access(u32 offset, u32 bytes) {
    if ((offset & (bytes - 1)) != 0) return false;
    return bytes == 4 || (bytes == 1 && has_bytes(offset)) || (bytes == 8 && is_irouter(offset));
}

/// The SPI whose GICD_IROUTERn lies at `offset`, or 0: SGIs and PPIs have none.
constexpr u32 routed_spi(u32 offset) {
    const u32 intid = is_irouter(offset) ? (offset - kGicdIrouter) / 8 : 0;
    return intid >= kPrivate && intid < kIntIds ? intid : 0;
}

/// The bank of SPIs that the register at `offset` is about, or 0.
constexpr u32 spi_bank(u32 offset) {
    const u32 b = bank_register(offset) == BankRegister::none ? 0 : bank_of(first_intid(offset));
    return b < kBanks ? b : 0;
}

/// GICD_IROUTERn from the packed affinity. Interrupt_Routing_Mode reads as zero
/// (No1N).
constexpr u64 unpack(u32 route) { return u64{route >> 24} << 32 | (route & 0xff'ffff); }

}  // namespace

bool InterruptController::read_distributor(u32 offset, u32 bytes, u64& value) const {
    if (offset >= kDistributorBytes) return false;
    value = 0;
    if (!is_access(offset, bytes)) return true;
    switch (offset) {
        case kGicdCtlr: value = (group0_on_ & kEnableGrp0) | (group1_on_ & kEnableGrp1) | kAre | kDs; return true;
        case kGicdTyper: value = kTyper; return true;
        case kGicdIidr: value = kIidr; return true;
        default: break;
    }
    if (const u32 b = spi_bank(offset)) {
        value = read_bank(shared_[b - 1], offset, bytes);
    } else if (const u32 intid = routed_spi(offset)) {
        value = unpack(route_[intid - kPrivate]);
        if (bytes == 4) value = static_cast<u32>(offset & 4 ? value >> 32 : value);
    } else if (offset >= kFirstIdRegister) {
        value = id_register(offset, kPart);
    }
    return true;
}

bool InterruptController::write_distributor(u32 offset, u32 bytes, u64 value) {
    if (offset >= kDistributorBytes) return false;
    if (!is_access(offset, bytes)) return true;
    if (offset == kGicdCtlr) {
        write_group_enables(static_cast<u32>(value));
    } else if (const u32 b = spi_bank(offset)) {
        write_bank(0, b, offset, bytes, static_cast<u32>(value));
    } else if (const u32 intid = routed_spi(offset)) {
        const u64 old = unpack(route_[intid - kPrivate]);
        if (bytes == 4 && (offset & 4)) value = (value << 32) | (old & ~u32{0});
        if (bytes == 4 && !(offset & 4)) value = (old & ~u64{~u32{0}}) | (value & ~u32{0});
        set_route(intid, value);
    }
    return true;
}

void InterruptController::write_group_enables(u32 value) {
    group0_on_ = value & kEnableGrp0 ? ~u32{0} : 0;
    group1_on_ = value & kEnableGrp1 ? ~u32{0} : 0;
    wake_all();
}

void InterruptController::set_route(u32 intid, u64 irouter) {
    const u32 b = bank_of(intid), bit = bit_of(intid);
    if (const u32 target = target_of(intid); target < count_) vcpus_[target].routed[b] &= ~bit;
    route_[intid - kPrivate] = static_cast<u32>((irouter >> 32 & 0xff) << 24 | (irouter & 0xff'ffff));
    if (const u32 target = target_of(intid); target < count_) {
        vcpus_[target].routed[b] |= bit;
        wake(target, b, bit);
    }
}

}  // namespace ws::vgic
