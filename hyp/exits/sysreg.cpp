// SPDX-License-Identifier: Apache-2.0
// Trapped MSR, MRS and system instructions (EC 0x18; KVM: sys_regs.c).
#include "../arch/os_lock.hpp"
#include "../arch/syndrome.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../vtimer/physical_timer.hpp"
#include "../world_switch/design.hpp"
#include "../world_switch/guest_state.hpp"
#include "debug_registers.hpp"
#include "dispatch.hpp"
#include "id_registers.hpp"
#include "inject.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

// The ISS holds the encoding; as one number it is quickly compared.
constexpr u64 key(SysregEncoding e) {
    using namespace iss::sys64;
    return Op0.of(e.op0) | Op1.of(e.op1) | CRn.of(e.crn) | CRm.of(e.crm) | Op2.of(e.op2);
}
constexpr u64 kEncodingMask = iss::sys64::Op0.mask() | iss::sys64::Op1.mask() | iss::sys64::CRn.mask() |
                              iss::sys64::CRm.mask() | iss::sys64::Op2.mask();
template <class Register>
constexpr u64 kKey = key(info(Register::id).encoding);

constexpr u64 kOslarEl1 = key(encoding_of("OSLAR_EL1"));
constexpr u64 kOslsrEl1 = key(encoding_of("OSLSR_EL1"));
constexpr u64 kOsdlrEl1 = key(encoding_of("OSDLR_EL1"));
constexpr u64 kMdrarEl1 = key(encoding_of("MDRAR_EL1"));

/// OSLSR_EL1: the lock is implemented (OSLM); it is locked (Arm ARM D17.3, OSLSR_EL1). It keeps an operating
/// system's debugger and an external one apart, and there is no external one: the state is the vCPU's to write and to
/// read. It never reaches the CPU's own lock, so debug exceptions do not depend on it (KVM masks MDSCR_EL1.MDE
/// meanwhile).
constexpr u64 oslsr(bool locked) { return oslsr_el1::OSLM.mask() | (locked ? oslsr_el1::OSLK.mask() : 0); }

/// The debug communication channel, claim tags and what else an external debugger shares with the CPU: there is none,
/// they read as zero and writes are ignored.
bool is_external_debug(SysregEncoding e) {
    if (e.op0 != 2) return false;
    const bool channel = e.crn == 0 && (e.op1 == 3 || e.op2 == 0 || (e.op2 == 2 && e.crm != 2));
    const bool claims = e.op1 == 0 && e.crn == 7;
    const bool power = e == encoding_of("DBGPRCR_EL1");
    return channel || claims || power;
}

/// Group 3 of identification registers: op0 = 3, op1 = 0, CRn = 0, CRm from 1 to 7.
bool is_feature_register(u64 esr) {
    using namespace iss::sys64;
    constexpr u64 kMask = Op0.mask() | Op1.mask() | CRn.mask() | CRm.of(8);
    const u64 crm = CRm.get(esr);
    return (esr & kMask) == Op0.of(3) && crm != 0;
}

/// DC ISW, CSW, CISW. A guest's memory is coherent for all that can see it, and only a physical CPU's caches have sets
/// and ways: there is nothing to do.
bool is_set_way_maintenance(SysregEncoding e) {
    return e.op0 == 1 && e.op1 == 0 && e.crn == 7 && e.op2 == 2 && (e.crm == 6 || e.crm == 10 || e.crm == 14);
}

void send_sgi(Vcpu& vcpu, u64 value, vgic::SgiGroup group) {
    Vm& vm = *vcpu.vm;
    u32 work;
    {
        DevicesLocked locked(vm);
        vm.interrupts.send_sgi(vcpu.index, value, group);
        work = vm.interrupts.take_work();
    }
    deliver(vm, work);
}

/// ICC_DIR_EL1, which traps only while there are more active interrupts than list registers.
void deactivate(Vcpu& vcpu, u64 value) {
    Vm& vm = *vcpu.vm;
    u32 work;
    {
        DevicesLocked locked(vm);
        vm.interrupts.deactivate_by_guest(vcpu.index, static_cast<u32>(reg::ICC_DIR_EL1::INTID.get(value)));
        work = vm.interrupts.take_work();
    }
    vcpu.ask(request::kTimer);  // a linked one ends the board's
    deliver(vm, work);
}

/// Registers whose writes do something, or whose value the hypervisor knows. False: `encoding` is none of them.
bool emulate_write(Vcpu& vcpu, u64 encoding, u64 value) {
    switch (encoding) {
        case kKey<reg::ICC_SGI1R_EL1>: send_sgi(vcpu, value, vgic::SgiGroup::group1); return true;
        case kKey<reg::ICC_ASGI1R_EL1>:
        case kKey<reg::ICC_SGI0R_EL1>: send_sgi(vcpu, value, vgic::SgiGroup::group0); return true;
        case kKey<reg::ICC_DIR_EL1>: deactivate(vcpu, value); return true;
        case kKey<reg::CNTP_CTL_EL0>: write_physical_timer(vcpu, TimerRegister::control, value); return true;
        case kKey<reg::CNTP_CVAL_EL0>: write_physical_timer(vcpu, TimerRegister::compare, value); return true;
        case kKey<reg::CNTP_TVAL_EL0>: write_physical_timer(vcpu, TimerRegister::value, value); return true;
        case kOslarEl1: vcpu.os_locked = (value & 1) != 0; return true;
        case kOsdlrEl1:                          // the other lock is never set
        case kKey<reg::ICC_SRE_EL1>:             // always on
        case kKey<reg::ACTLR_EL1>: return true;  // no auxiliary control
        default: return false;
    }
}

bool emulate_read(Vcpu& vcpu, u64 encoding, u64& value) {
    switch (encoding) {
        case kKey<reg::CNTP_CTL_EL0>: value = read_physical_timer(vcpu, TimerRegister::control); return true;
        case kKey<reg::CNTP_CVAL_EL0>: value = read_physical_timer(vcpu, TimerRegister::compare); return true;
        case kKey<reg::CNTP_TVAL_EL0>: value = read_physical_timer(vcpu, TimerRegister::value); return true;
        case kKey<reg::ICC_SRE_EL1>: value = 7; return true;  // SRE, and no bypass
        case kOslsrEl1: value = oslsr(vcpu.os_locked); return true;
        case kMdrarEl1:  // there are no memory-mapped debug registers
        case kOsdlrEl1:
        case kKey<reg::ACTLR_EL1>: value = 0; return true;
        default: return false;
    }
}

/// The log tells of each unknown register once.
void tell(Vm& vm, SysregEncoding e, bool is_read, u64 pc) {
    DevicesLocked locked(vm);
    const u16 number = static_cast<u16>(e.op0 << 14 | e.op1 << 11 | e.crn << 7 | e.crm << 3 | e.op2);
    for (u32 i = 0; i < vm.told_count; ++i) {
        if (vm.told[i] == number) return;
    }
    if (vm.told_count == Vm::kMaxTold) return;
    vm.told[vm.told_count++] = number;
    const SysregInfo* const row = find_sysreg(e);
    log("VM ", vm.number, ": ", is_read ? "MRS" : "MSR", " of ",
        row != nullptr ? row->name : "a register that is not known", ", S", u32{e.op0}, "_", u32{e.op1}, "_C",
        u32{e.crn}, "_C", u32{e.crm}, "_", u32{e.op2}, ", at ", hex(pc), ": not virtualised, undefined");
    if (vm.told_count == Vm::kMaxTold) log("VM ", vm.number, ": further registers are not told of");
}

/// What is left: debug registers, maintenance that does nothing here, and what no guest has.
void handle_others(Vcpu& vcpu, SysregEncoding e, bool is_read) {
    VcpuContext& context = *vcpu.context;
    const unsigned rt = static_cast<unsigned>(iss::sys64::Rt.get(context.exit.esr));
    if (is_debug_register(e)) {
        if (is_read) {
            context.set_x(rt, read_debug_register(context, e));
        } else {
            write_debug_register(context, e, context.x(rt));
        }
        context.skip_instruction();
    } else if (is_set_way_maintenance(e)) {
        context.skip_instruction();
    } else if (is_external_debug(e)) {
        if (is_read) context.set_x(rt, 0);
        context.skip_instruction();
    } else {
        tell(*vcpu.vm, e, is_read, context.pc());
        inject_undefined(vcpu);
    }
}

}  // namespace

Outcome handle_sysreg(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    const u64 esr = context.exit.esr;
    const bool is_read = iss::sys64::Direction.get(esr) == 1;
    const unsigned rt = static_cast<unsigned>(iss::sys64::Rt.get(esr));
    bool done;
    u64 value = 0;
    if (is_read && is_feature_register(esr)) {
        value = guest_feature_register(static_cast<unsigned>(iss::sys64::CRm.get(esr)),
                                       static_cast<unsigned>(iss::sys64::Op2.get(esr)));
        done = true;
    } else if (is_read) {
        done = emulate_read(vcpu, esr & kEncodingMask, value);
    } else {
        done = emulate_write(vcpu, esr & kEncodingMask, context.x(rt));
    }
    if (!done) {
        handle_others(vcpu, sysreg_of(esr), is_read);
        return Outcome::resume;
    }
    if (is_read) context.set_x(rt, value);
    context.skip_instruction();
    return Outcome::resume;
}

}  // namespace ws
