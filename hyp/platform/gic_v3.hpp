// SPDX-License-Identifier: Apache-2.0
// The board's interrupt controller, a GICv3 with one security state (Arm IHI 0069): what the kernel needs of it. The
// end of an interrupt has two steps here, EOImode 1: the priority drops at once, and the interrupt is deactivated when
// it is handled, for a guest's timer by the guest itself.
#pragma once

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/sysreg_access.hpp"

namespace ws::gic {

/// 1020 and above are no interrupts: nothing is pending.
inline constexpr u32 kFirstSpecialIntid = 1020;
/// Two frames of 64 KiB a CPU.
inline constexpr u64 kRedistributorBytes = 0x2'0000;

void open_distributor(Pa distributor);
/// Enables SPI `intid` and routes it to the CPU with that affinity.
void enable_shared(u32 intid, u64 mpidr);

/// The redistributor of the CPU with that affinity, in the range that the device tree gives. Panics if there is none.
Pa find_redistributor(Pa start, u64 bytes, u64 mpidr);
/// Wakes the redistributor and opens this CPU's interface.
void open_cpu(Pa redistributor);
void enable_private(Pa redistributor, u32 intid);
void disable(u32 intid);

/// Sets or clears the active state of a private interrupt: while it is active it does not come again.
void set_private_active(Pa redistributor, u32 intid, bool active);

/// An SGI to the CPU with that affinity.
void send_sgi(u32 intid, u64 mpidr);

WS_INLINE u32 acknowledge() { return static_cast<u32>(hw::read<reg::ICC_IAR1_EL1>()); }
WS_INLINE void drop_priority(u32 intid) { hw::write<reg::ICC_EOIR1_EL1>(intid); }
WS_INLINE void deactivate(u32 intid) { hw::write<reg::ICC_DIR_EL1>(intid); }

}  // namespace ws::gic
