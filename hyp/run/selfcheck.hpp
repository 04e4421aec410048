// SPDX-License-Identifier: Apache-2.0
// The hypervisor checks its own registers: `selfcheck` on its command line. A world switch that forgets to bring one
// back ends in a panic that names it.
#pragma once

#include "../world_switch/guest_state.hpp"
#include "../world_switch/vcpu_context.hpp"

namespace ws {

/// The registers that the kernel can read at its exception level and that a switch must leave as they were.
class HostRegisters {
  public:
    /// Puts patterns into those that the kernel does not depend on, then keeps the values of all.
    void fill();
    /// Panics with the first register that differs from what fill() kept.
    void verify(const char* when) const;
    /// Where the kernel is at EL2: verifies what exits switch for want of an optimisation.
    WS_INLINE void verify_switched_at_exits(const char* when) const;

  private:
    void keep();

    static constexpr std::size_t kUntouched = [] {
        std::size_t count = 0;
        for (const GuestRegisters& row : kGuestRegisters) count += row.host == HostValue::keeps ? 1 : 0;
        return count;
    }();

    FpState fp_;
    UserState user_;
    DebugState debug_;
    BreakpointState breakpoints_;
    El1State el1_;
    u64 untouched_[kUntouched];  ///< which no switch moves: a guest must not reach the kernel's own
};

/// fill() and verify() of this CPU's: around load and put of a vCPU.
void fill_host_registers();
void verify_host_registers(const char* when);

/// ThisDesign::run between patterns in X19 to X28. In the split design, which switches everything at every exit, all
/// other registers are filled and verified around it too; where the kernel is at EL2 that is done around load and put,
/// for what is switched there.
void run_checked(VcpuContext& vcpu);

}  // namespace ws
