// SPDX-License-Identifier: Apache-2.0
// A guest for each way a run can end badly: how=fail, crash, hang, nothing, undefined, aborts, wait or halt.
#include "guests/lib/guest.hpp"
#include "guests/lib/guest_psci.hpp"
#include "hyp/arch/hw/barriers.hpp"
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
    if (same(how, "aborts")) {
        // Its vectors are where there is nothing, so each abort is followed by the next.
        ws::hw::write<ws::reg::VBAR_EL1>(0x2000'0000);
        ws::hw::isb();
        return *reinterpret_cast<volatile u64*>(0x1000);
    }
    if (same(how, "wait")) {
        for (;;) asm volatile("wfi" ::: "memory");
    }
    if (same(how, "halt")) {
        asm volatile("msr daifset, #15" ::: "memory");
        for (;;) asm volatile("");
    }
    print("guest: say how=fail, how=crash, how=hang, how=nothing, how=undefined, how=aborts, how=wait or how=halt\n");
    return 2;
}

}  // namespace guest
