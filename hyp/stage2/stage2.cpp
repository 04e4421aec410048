// SPDX-License-Identifier: Apache-2.0
#include "stage2.hpp"

#include "../arch/hw/barriers.hpp"
#include "../boot/translation_setup.hpp"
#include "../kernel/memory_pool.hpp"
#include "../kernel/panic.hpp"

namespace ws {

namespace {

// Stage 2 descriptors (Arm ARM D8.3.2).
constexpr u64 kValid = 1;
constexpr u64 kTable = 2;
constexpr u64 kMemAttrNormalWriteBack = 0xfULL << 2;
constexpr u64 kReadWrite = 3ULL << 6;   // S2AP
constexpr u64 kInnerShareable = 3ULL << 8;
constexpr u64 kAccessFlag = 1ULL << 10;
constexpr u64 kAddressMask = 0x0000'ffff'ffff'f000;
constexpr u64 kLevel1Bytes = 1ULL << 30;

u64* new_table() { return reinterpret_cast<u64*>(take_memory(4096, 4096).start.value); }

}  // namespace

void Stage2::open() { root_ = new_table(); }

void Stage2::map_memory(Ipa ipa, Pa pa, u64 bytes) {
    require(ipa.value % kBlockBytes == 0 && pa.value % kBlockBytes == 0 && bytes % kBlockBytes == 0, "stage 2: not a block");
    require((ipa.value + bytes) >> kIpaBits == 0, "stage 2: beyond the guest's range");
    for (; bytes != 0; ipa = ipa + kBlockBytes, pa = pa + kBlockBytes, bytes -= kBlockBytes) {
        u64& entry = root_[ipa.value / kLevel1Bytes];
        if ((entry & kValid) == 0) entry = reinterpret_cast<u64>(new_table()) | kTable | kValid;
        u64* const level2 = reinterpret_cast<u64*>(entry & kAddressMask);
        u64& block = level2[ipa.value / kBlockBytes % 512];
        require((block & kValid) == 0, "stage 2: mapped twice");
        block = pa.value | kMemAttrNormalWriteBack | kReadWrite | kInnerShareable | kAccessFlag | kValid;
    }
    hw::dsb_ish();   // the walker sees the tables; nothing invalid was cached, so no TLB maintenance
}

u64 Stage2::vttbr(Vmid vmid) const {
    return reg::VTTBR_EL2::VMID.of(static_cast<u64>(vmid)) | reinterpret_cast<u64>(root_);
}

u64 Stage2::vtcr() {
    using V = reg::VTCR_EL2;
    constexpr u64 kMustBeOne = 1ULL << 31;
    constexpr u64 kStartAtLevel1 = 1;
    return kMustBeOne | V::T0SZ.of(64 - kIpaBits) | V::SL0.of(kStartAtLevel1) | V::IRGN0.of(1) | V::ORGN0.of(1) |
           V::SH0.of(3) | V::PS.of(output_address_size());
}

}  // namespace ws
