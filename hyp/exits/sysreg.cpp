// SPDX-License-Identifier: Apache-2.0
// Trapped MSR, MRS and system instructions (EC 0x18; KVM: sys_regs.c).
#include "../arch/syndrome.hpp"
#include "../world_switch/design.hpp"
#include "dispatch.hpp"
#include "id_registers.hpp"
#include "inject.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

constexpr SysregEncoding kOslarEl1{2, 0, 1, 0, 4};
constexpr SysregEncoding kOslsrEl1{2, 0, 1, 1, 4};
constexpr SysregEncoding kOsdlrEl1{2, 0, 1, 3, 4};

/// Debug registers that MDCR_EL2.TDA traps until the guest has used one (Arm ARM D17.3.17).
bool is_debug_register(SysregEncoding e) {
    if (e.op0 != 2 || e.op1 != 0) return false;
    const bool breakpoint_or_watchpoint = e.crn == 0 && e.op2 >= 4;
    const bool mdscr = e == info(SysregId::MDSCR_EL1).encoding;
    return breakpoint_or_watchpoint || mdscr;
}

/// DC ISW, CSW, CISW. A guest's memory is coherent for all that can see it, and only a physical CPU's caches have sets
/// and ways: there is nothing to do.
bool is_set_way_maintenance(SysregEncoding e) {
    return e.op0 == 1 && e.op1 == 0 && e.crn == 7 && e.op2 == 2 && (e.crm == 6 || e.crm == 10 || e.crm == 14);
}

bool is_os_lock(SysregEncoding e) { return e == kOslarEl1 || e == kOslsrEl1 || e == kOsdlrEl1; }

}  // namespace

Outcome handle_sysreg(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    const u64 esr = context.exit.esr;
    const SysregEncoding e = sysreg_of(esr);
    const bool is_read = iss::sys64::Direction.get(esr) == 1;
    const unsigned rt = static_cast<unsigned>(iss::sys64::Rt.get(esr));

    if (is_feature_register(e) && is_read) {
        context.set_x(rt, guest_feature_register(e));
    } else if (e == kOslsrEl1 && is_read) {
        constexpr u64 kLockImplemented = 8;   // OSLM
        context.set_x(rt, kLockImplemented);
    } else if (is_os_lock(e) || e == info(SysregId::ACTLR_EL1).encoding) {
        if (is_read) context.set_x(rt, 0);   // never locked, no auxiliary control: reads as zero, writes are ignored
    } else if (is_debug_register(e) && !context.debug_used) {
        ThisDesign::load_debug(context);
        return Outcome::resume;   // the same instruction again
    } else if (!is_set_way_maintenance(e)) {
        inject_undefined(vcpu);
        return Outcome::resume;
    }
    context.skip_instruction();
    return Outcome::resume;
}

}  // namespace ws
