// SPDX-License-Identifier: Apache-2.0
// A guest for each way a run can end badly: how=fail, crash, hang or undefined.
#include "guests/lib/guest.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

u64 main() {
    char how[16] = "";
    argument("how", how, sizeof(how));
    if (same(how, "fail")) return 3;
    if (same(how, "crash")) {
        // Below guest RAM, where this machine has nothing.
        return *reinterpret_cast<volatile u64*>(0x1000);
    }
    if (same(how, "hang")) {
        for (;;) asm volatile("");
    }
    if (same(how, "undefined")) {
        // The PMU is not part of a guest's machine: the exception is the guest's own, and it expects none.
        return ws::hw::read<ws::reg::PMCR_EL0>();
    }
    print("guest: say how=fail, how=crash, how=hang or how=undefined\n");
    return 2;
}

}  // namespace guest
