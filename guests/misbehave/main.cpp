// SPDX-License-Identifier: Apache-2.0
// A guest for each way a run can end badly: how=fail, crash, hang, nothing or undefined.
#include "guests/lib/guest.hpp"
#include "guests/lib/psci.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

u64 main() {
    char how[16] = "";
    argument("how", how, sizeof(how));
    if (same(how, "fail")) return 3;
    if (same(how, "crash")) {
        // All of its CPUs are off: nothing can ever happen in this machine again.
        psci::call(psci::Function::cpu_off);
    }
    if (same(how, "nothing")) {
        // Below guest RAM, where this machine has nothing: the abort is the guest's own, and it expects none.
        return *reinterpret_cast<volatile u64*>(0x1000);
    }
    if (same(how, "hang")) {
        for (;;) asm volatile("");
    }
    if (same(how, "undefined")) {
        // The PMU is not part of a guest's machine: the exception is the guest's own, and it expects none.
        return ws::hw::read<ws::reg::PMCR_EL0>();
    }
    print("guest: say how=fail, how=crash, how=hang, how=nothing or how=undefined\n");
    return 2;
}

}  // namespace guest
