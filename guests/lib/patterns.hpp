// SPDX-License-Identifier: Apache-2.0
// A CPU's registers filled with patterns, and found again after whatever happened meanwhile.
#pragma once

#include <cstddef>

#include "guest.hpp"
#include "hyp/arch/registers.hpp"

namespace guest {

/// As spin_with_patterns.S knows it: X0 to X30, SP_EL0, V0 to V31, NZCV.
struct CorePatterns {
    u64 x[31];
    u64 sp_el0;
    u64 v[64];
    u64 nzcv;
    u64 callers_sp;
};
static_assert(offsetof(CorePatterns, v) == 256 && offsetof(CorePatterns, nzcv) == 768 &&
              offsetof(CorePatterns, callers_sp) == 776);

/// One CPU's patterns. It runs code with all of them in its registers, interrupts and all.
class alignas(16) PatternedCpu {
  public:
    /// New patterns, all made of `seed`; the system registers keep them from here on.
    void fill(u64 seed);
    /// With the other registers filled as well, a loop of `spins` times two instructions.
    void spin(u64 spins);
    /// Ends the run if a register has another value than it should.
    void verify(u64 round);

  private:
    void fill_system_registers(u64 seed);
    void verify_system_registers(u64 round);

    CorePatterns before_;
    u8 interrupt_stack_[8192];  ///< right below `after_`, where SP points
    CorePatterns after_;
    u64 system_registers_[ws::kSysregCount];
};

}  // namespace guest
