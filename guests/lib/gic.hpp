// SPDX-License-Identifier: Apache-2.0
// The interrupt controller, GICv3 with affinity routing, everything in group 1 (GIC specification, Arm IHI 0069).
#pragma once

#include "guest_machine.hpp"
#include "guest_mmio.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest::gic {

inline constexpr u32 kFirstPpi = 16;
inline constexpr u32 kFirstSpi = 32;
inline constexpr u32 kFirstSpecial = 1020;  ///< 1020 to 1023: no interrupt
inline constexpr u32 kSpurious = 1023;

/// Registers of the distributor (GICD_) and, for SGIs and PPIs, of a redistributor's second frame (GICR_).
inline constexpr u64 kCtlr = 0x0000;
inline constexpr u64 kTyper = 0x0004;
inline constexpr u64 kIidr = 0x0008;
inline constexpr u64 kIgroupr = 0x0080;
inline constexpr u64 kIsenabler = 0x0100;
inline constexpr u64 kIcenabler = 0x0180;
inline constexpr u64 kIspendr = 0x0200;
inline constexpr u64 kIcpendr = 0x0280;
inline constexpr u64 kIsactiver = 0x0300;
inline constexpr u64 kIcactiver = 0x0380;
inline constexpr u64 kIpriorityr = 0x0400;
inline constexpr u64 kIcfgr = 0x0c00;
inline constexpr u64 kIrouter = 0x6000;
inline constexpr u64 kPidr2 = 0xffe8;
/// Of a redistributor's first frame.
inline constexpr u64 kGicrTyper = 0x0008;
inline constexpr u64 kGicrWaker = 0x0014;
inline constexpr u64 kFrameBytes = 0x1'0000;

/// The frame in which `intid` has its bits: the distributor, or this or another CPU's redistributor.
u64 frame(u32 intid, u64 cpu);
u64 frame(u32 intid);
/// A redistributor's first frame.
u64 redistributor(u64 cpu);

/// Once, by the first CPU: all SPIs in group 1, off, and routed to it.
void init_distributor();
/// Forwards interrupts again after anything was written to it, with all SPIs off; their other settings stay as they
/// are.
void silence_distributor();
/// By each CPU: SGIs and PPIs in group 1, off; interrupts of all priorities are taken.
void init_cpu();

void enable(u32 intid);
void disable(u32 intid);
void set_priority(u32 intid, u8 priority);
/// Bits of one interrupt in one of the arrays above, for this CPU.
bool bit(u64 array, u32 intid);
void set_bit(u64 array, u32 intid);

inline constexpr u8 kDefaultPriority = 0xa0;

void send_sgi(u32 intid, u64 cpu);
void send_sgi_to_others(u32 intid);

inline u32 acknowledge() {
    const u64 intid = ws::hw::read<ws::reg::ICC_IAR1_EL1>();
    // The acknowledge is complete before anything else is done about the interrupt (IHI 0069, 4.1.1).
    asm volatile("dsb sy\n\tisb" ::: "memory");
    return static_cast<u32>(intid);
}
inline void end(u32 intid) {
    ws::hw::write<ws::reg::ICC_EOIR1_EL1>(intid);
    ws::hw::isb();
}
inline void deactivate(u32 intid) {
    ws::hw::write<ws::reg::ICC_DIR_EL1>(intid);
    ws::hw::isb();
}
inline void set_mask(u8 priority) {
    ws::hw::write<ws::reg::ICC_PMR_EL1>(priority);
    ws::hw::isb();
}

}  // namespace guest::gic
