// SPDX-License-Identifier: Apache-2.0
#include "gic_v3.hpp"

#include "../arch/hw/device_memory.hpp"
#include "../base/panic.hpp"

namespace ws::gic {

namespace {

// Distributor (GICD_*) and, from kSgiFrame, the redistributor's frame for SGIs and PPIs (GICR_*): the same layout.
constexpr u64 kCtlr = 0x0000;
constexpr u64 kIgroupr = 0x0080;
constexpr u64 kIsenabler = 0x0100;
constexpr u64 kIcenabler = 0x0180;
constexpr u64 kIsactiver = 0x0300;
constexpr u64 kIcactiver = 0x0380;
constexpr u64 kIpriorityr = 0x0400;
constexpr u64 kIrouter = 0x6000;
constexpr u32 kPrivate = 32;

constexpr u32 kCtlrGroup1 = 1U << 1, kCtlrAre = 1U << 4, kCtlrWritePending = 1U << 31;

// Redistributor, its first frame.
constexpr u64 kTyper = 0x0008;
constexpr u64 kWaker = 0x0014;
constexpr u64 kSgiFrame = 0x1'0000;
constexpr u32 kProcessorSleep = 1U << 1, kChildrenAsleep = 1U << 2;
constexpr u64 kTyperLast = 1U << 4;

constexpr u32 kPriority = 0xa0;

Pa distributor_at;

/// Aff3 to Aff0 as GICR_TYPER has them.
u32 packed_affinity(u64 mpidr) { return static_cast<u32>((mpidr >> 32 & 0xff) << 24 | (mpidr & 0xff'ffff)); }

void wait_for_distributor() {
    while ((hw::read_mmio32(distributor_at + kCtlr) & kCtlrWritePending) != 0) {
    }
}

u64 word_of(u32 intid) { return intid / 32 * 4; }
u32 bit_of(u32 intid) { return 1U << intid % 32; }

}  // namespace

void open_distributor(Pa distributor) {
    distributor_at = distributor;
    hw::write_mmio32(distributor + kCtlr, kCtlrAre);
    wait_for_distributor();
    hw::write_mmio32(distributor + kCtlr, kCtlrAre | kCtlrGroup1);
    wait_for_distributor();
}

void enable_shared(u32 intid, u64 mpidr) {
    const Pa groups = distributor_at + kIgroupr + word_of(intid);
    hw::write_mmio32(groups, hw::read_mmio32(groups) | bit_of(intid));
    const Pa priorities = distributor_at + kIpriorityr + (intid & ~3U);
    const u32 shift = intid % 4 * 8;
    hw::write_mmio32(priorities, (hw::read_mmio32(priorities) & ~(0xffU << shift)) | kPriority << shift);
    hw::write_mmio64(distributor_at + kIrouter + 8 * intid, mpidr & 0xff'00ff'ffff);
    hw::write_mmio32(distributor_at + kIsenabler + word_of(intid), bit_of(intid));
    wait_for_distributor();
}

Pa find_redistributor(Pa start, u64 bytes, u64 mpidr) {
    for (u64 offset = 0; offset + kRedistributorBytes <= bytes; offset += kRedistributorBytes) {
        const u64 type = hw::read_mmio64(start + offset + kTyper);
        if (type >> 32 == packed_affinity(mpidr)) return start + offset;
        if ((type & kTyperLast) != 0) break;
    }
    panic("the interrupt controller has no redistributor for the CPU with affinity", mpidr);
}

void open_cpu(Pa redistributor) {
    const Pa waker = redistributor + kWaker;
    hw::write_mmio32(waker, hw::read_mmio32(waker) & ~kProcessorSleep);
    while ((hw::read_mmio32(waker) & kChildrenAsleep) != 0) {
    }
    const Pa frame = redistributor + kSgiFrame;
    hw::write_mmio32(frame + kIcenabler, ~0U);
    hw::write_mmio32(frame + kIcactiver, ~0U);
    hw::write_mmio32(frame + kIgroupr, ~0U);
    for (u32 intid = 0; intid < kPrivate; intid += 4) {
        hw::write_mmio32(frame + kIpriorityr + intid, kPriority * 0x0101'0101U);
    }
    hw::write<reg::ICC_PMR_EL1>(0xff);
    hw::write<reg::ICC_BPR1_EL1>(0);
    hw::write<reg::ICC_CTLR_EL1>(reg::ICC_CTLR_EL1::EOImode.mask());
    hw::write<reg::ICC_IGRPEN1_EL1>(1);
    hw::isb();
}

void enable_private(Pa redistributor, u32 intid) {
    hw::write_mmio32(redistributor + kSgiFrame + kIsenabler, bit_of(intid));
}

void disable(u32 intid) {
    if (intid >= kPrivate) hw::write_mmio32(distributor_at + kIcenabler + word_of(intid), bit_of(intid));
}

void set_private_active(Pa redistributor, u32 intid, bool active) {
    hw::write_mmio32(redistributor + kSgiFrame + (active ? kIsactiver : kIcactiver), bit_of(intid));
}

void send_sgi(u32 intid, u64 mpidr) {
    using S = reg::ICC_SGI1R_EL1;
    constexpr BitField kAff0{7, 0}, kAff1{15, 8}, kAff2{23, 16}, kAff3{39, 32};
    const u64 aff0 = kAff0.get(mpidr);
    hw::dsb_ishst();  // what the other CPU is to find is there before the interrupt
    hw::write<S>(S::INTID.of(intid) | S::TargetList.of(1ULL << aff0 % 16) | S::RS.of(aff0 / 16) |
                 S::Aff1.of(kAff1.get(mpidr)) | S::Aff2.of(kAff2.get(mpidr)) | S::Aff3.of(kAff3.get(mpidr)));
    hw::isb();
}

}  // namespace ws::gic
