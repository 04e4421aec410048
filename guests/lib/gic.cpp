// SPDX-License-Identifier: Apache-2.0
#include "gic.hpp"

#include "smp.hpp"

namespace guest::gic {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;

constexpr u32 kCtlrEnableGroup1 = 1 << 1;
constexpr u32 kCtlrAffinityRouting = 1 << 4;
constexpr u32 kCtlrWritePending = 1U << 31;
constexpr u64 kTyperLast = 1 << 4;

u64 redistributors[kMaxCpus];

u32 lines() { return ((mmio_read(machine().distributor + kTyper) & 0x1f) + 1) * 32; }

void wait_for_distributor() {
    while ((mmio_read(machine().distributor + kCtlr) & kCtlrWritePending) != 0) {
    }
}

/// Affinity in the order of GICR_TYPER's upper half: Aff3, Aff2, Aff1, Aff0, a byte each.
u64 typer_affinity(u64 mpidr) { return (mpidr >> 32 & 0xff) << 24 | (mpidr & 0xff'ffff); }

}  // namespace

u64 redistributor(u64 cpu) {
    if (redistributors[cpu] != 0) return redistributors[cpu];
    for (u64 at = machine().redistributors;; at += 2 * kFrameBytes) {
        const u64 typer = mmio_read64(at + kGicrTyper);
        if (typer >> 32 == typer_affinity(machine().mpidr[cpu])) return redistributors[cpu] = at;
        expect((typer & kTyperLast) == 0, "no redistributor for CPU", cpu);
    }
}

u64 frame(u32 intid, u64 cpu) { return intid >= kFirstSpi ? machine().distributor : redistributor(cpu) + kFrameBytes; }
u64 frame(u32 intid) { return frame(intid, cpu_index()); }

void init_distributor() {
    const u64 base = machine().distributor;
    expect(base != 0, "the device tree has no arm,gic-v3");
    mmio_write(base + kCtlr, 0);
    wait_for_distributor();
    const u64 self = machine().mpidr[cpu_index()];
    for (u32 i = kFirstSpi; i < lines() && i < kFirstSpecial; i += 32) {
        mmio_write(base + kIgroupr + i / 8, ~0U);
        mmio_write(base + kIcenabler + i / 8, ~0U);
        mmio_write(base + kIcpendr + i / 8, ~0U);
        mmio_write(base + kIcactiver + i / 8, ~0U);
        for (u32 n = i; n < i + 32; n += 4) mmio_write(base + kIpriorityr + n, kDefaultPriority * 0x0101'0101U);
    }
    mmio_write(base + kCtlr, kCtlrAffinityRouting);
    wait_for_distributor();
    for (u32 i = kFirstSpi; i < lines() && i < kFirstSpecial; ++i) mmio_write64(base + kIrouter + 8 * u64{i}, self);
    mmio_write(base + kCtlr, kCtlrAffinityRouting | kCtlrEnableGroup1);
    wait_for_distributor();
}

void silence_distributor() {
    const u64 base = machine().distributor;
    const u32 end = lines();
    for (u32 i = kFirstSpi; i < end && i < kFirstSpecial; i += 32) mmio_write(base + kIcenabler + i / 8, ~0U);
    mmio_write(base + kCtlr, kCtlrAffinityRouting | kCtlrEnableGroup1);
    wait_for_distributor();
}

void init_cpu() {
    constexpr u32 kProcessorSleep = 1 << 1;
    constexpr u32 kChildrenAsleep = 1 << 2;
    const u64 first = redistributor(cpu_index());
    mmio_write(first + kGicrWaker, mmio_read(first + kGicrWaker) & ~kProcessorSleep);
    while ((mmio_read(first + kGicrWaker) & kChildrenAsleep) != 0) relax();
    const u64 sgi = first + kFrameBytes;
    mmio_write(sgi + kIgroupr, ~0U);
    mmio_write(sgi + kIcenabler, ~0U);
    mmio_write(sgi + kIcpendr, ~0U);
    mmio_write(sgi + kIcactiver, ~0U);
    for (u32 n = 0; n < 32; n += 4) mmio_write(sgi + kIpriorityr + n, kDefaultPriority * 0x0101'0101U);
    hw::write<reg::ICC_SRE_EL1>(hw::read<reg::ICC_SRE_EL1>() | 1);
    hw::isb();
    hw::write<reg::ICC_CTLR_EL1>(0);
    hw::write<reg::ICC_BPR1_EL1>(0);  // as fine as there is
    hw::write<reg::ICC_PMR_EL1>(0xff);
    hw::write<reg::ICC_IGRPEN1_EL1>(1);
    hw::isb();
}

bool bit(u64 array, u32 intid) { return (mmio_read(frame(intid) + array + intid / 32 * 4) >> intid % 32 & 1) != 0; }
void set_bit(u64 array, u32 intid) { mmio_write(frame(intid) + array + intid / 32 * 4, 1U << intid % 32); }

void enable(u32 intid) { set_bit(kIsenabler, intid); }

void disable(u32 intid) {
    set_bit(kIcenabler, intid);
    // Until then it may still be signalled (IHI 0069, GICD_CTLR.RWP; GICR_CTLR.RWP is bit 3).
    if (intid >= kFirstSpi) return wait_for_distributor();
    while ((mmio_read(redistributor(cpu_index()) + kCtlr) >> 3 & 1) != 0) relax();
}

void set_priority(u32 intid, u8 priority) {
    // The bytes may be written alone (IHI 0069, 12.9.22).
    asm volatile("strb %w0, [%1]" ::"r"(priority), "r"(frame(intid) + kIpriorityr + intid) : "memory");
}

void send_sgi(u32 intid, u64 cpu) {
    using reg::ICC_SGI1R_EL1;
    const u64 mpidr = machine().mpidr[cpu];
    const u64 aff0 = mpidr & 0xff;
    constexpr ws::BitField kAff3{55, 48};
    constexpr ws::BitField kRangeSelector{47, 44};
    ws::hw::dsb_ish();  // what was written for the target to read is there before the interrupt
    hw::write<ICC_SGI1R_EL1>(kAff3.of(mpidr >> 32) | kRangeSelector.of(aff0 / 16) |
                             ICC_SGI1R_EL1::Aff2.of(mpidr >> 16 & 0xff) | ICC_SGI1R_EL1::Aff1.of(mpidr >> 8 & 0xff) |
                             ICC_SGI1R_EL1::INTID.of(intid) | ICC_SGI1R_EL1::TargetList.of(1ULL << aff0 % 16));
    hw::isb();
}

void send_sgi_to_others(u32 intid) {
    using reg::ICC_SGI1R_EL1;
    ws::hw::dsb_ish();
    hw::write<ICC_SGI1R_EL1>(ICC_SGI1R_EL1::IRM.mask() | ICC_SGI1R_EL1::INTID.of(intid));
    hw::isb();
}

}  // namespace guest::gic
