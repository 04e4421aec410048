// SPDX-License-Identifier: Apache-2.0
#include "power.hpp"

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/calls.hpp"
#include "../base/panic.hpp"

namespace ws {

void power_off() {
    constexpr u64 kPsciSystemOff = 0x8400'0008;
    hw::dsb_sy();  // the run page is in memory before the machine is gone
    hw::smc(kPsciSystemOff);
    for (;;) hw::wfe();
}

void switch_cpu_on(u64 mpidr, u64 entry, u64 context) {
    constexpr u64 kPsciCpuOn64 = 0xc400'0003;
    hw::dsb_sy();  // the other CPU starts with its caches off
    const u64 result = hw::smc(kPsciCpuOn64, mpidr, entry, context);
    if (result != 0) panic("the firmware does not switch a CPU on; PSCI CPU_ON returned", result);
}

}  // namespace ws
