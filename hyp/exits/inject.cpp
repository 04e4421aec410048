// SPDX-License-Identifier: Apache-2.0
// An exception for the guest to take: the CPU's own pseudocode for taking one to EL1, done by hand
// (Arm ARM, AArch64.TakeException).
#include "inject.hpp"

#include "../arch/pstate.hpp"
#include "../arch/syndrome.hpp"
#include "../trace/points.hpp"
#include "dispatch.hpp"
#include "guest_el1.hpp"
#include "walk_level.hpp"

namespace ws {

namespace {

using S = reg::SPSR_EL1;

/// Offset of EL1's synchronous vector for an exception taken from `pstate`.
u64 synchronous_vector(u64 pstate) {
    constexpr u64 kAarch32 = 0x10;
    const u64 mode = S::M.get(pstate);
    if (mode == kEl1h) return 0x200;
    if (mode == kEl1t) return 0x000;
    return (mode & kAarch32) != 0 ? 0x600 : 0x400;
}

/// PSTATE at the handler's first instruction.
u64 handler_pstate(u64 pstate, u64 sctlr) {
    const u64 flags = pstate & (S::N.mask() | S::Z.mask() | S::C.mask() | S::V.mask());
    // PAN stays as it is, unless SCTLR_EL1.SPAN asks to set it; without FEAT_PAN both bits read as zero.
    const bool has_pan = reg::ID_AA64MMFR1_EL1::PAN.get(hw::read<reg::ID_AA64MMFR1_EL1>()) != 0;
    const bool set_pan = has_pan && reg::SCTLR_EL1::SPAN.get(sctlr) == 0;
    const u64 pan = set_pan ? S::PAN.mask() : pstate & S::PAN.mask();
    const u64 kept = pstate & S::DIT.mask();
    const u64 ssbs = S::SSBS.of(reg::SCTLR_EL1::DSSBS.get(sctlr));
    return flags | pan | kept | ssbs | S::D.mask() | S::A.mask() | S::I.mask() | S::F.mask() | S::M.of(kEl1h);
}

/// Which address FAR_EL1 gets; exceptions without one leave it alone.
struct Fault {
    bool has_address;
    u64 address;
};

void inject(Vcpu& vcpu, u64 esr, Fault fault, trace::Injection what) {
    VcpuContext& context = *vcpu.context;
    const u64 pstate = context.pstate();
    if (fault.has_address) write_guest_el1<reg::FAR_EL1>(context, fault.address);
    vcpu.injected.count(esr, context.pc(), fault.has_address ? fault.address : 0);
    using Event = trace::payload::inject;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{esr, read_guest_el1<reg::FAR_EL1>(context), context.owner, what}; });
    write_guest_el1<reg::ELR_EL1>(context, context.pc());
    write_guest_el1<reg::SPSR_EL1>(context, pstate);
    write_guest_el1<reg::ESR_EL1>(context, esr);
    context.pc() = read_guest_el1<reg::VBAR_EL1>(context) + synchronous_vector(pstate);
    context.pstate() = handler_pstate(pstate, read_guest_el1<reg::SCTLR_EL1>(context));
}

/// Was the guest at its EL0?
bool at_el0(u64 pstate) { return (S::M.get(pstate) & 0xf) == kEl0t; }

/// An abort's syndrome for EL1: what EL2's says of the access, with another class and status.
u64 abort_syndrome(const VcpuContext& context, AbortOf what, u64 status) {
    const u64 from = context.exit.esr;
    const bool el0 = at_el0(context.return_state.value<reg::SPSR_EL2>());
    const Ec data = el0 ? Ec::DABT_LOW : Ec::DABT_CUR;
    const Ec fetch = el0 ? Ec::IABT_LOW : Ec::IABT_CUR;
    // WnR and CM stay; ISV is for EL2 alone (Arm ARM D17.2.37).
    const u64 kept = what == AbortOf::data ? from & (iss::dabt::WnR.mask() | iss::dabt::CM.mask()) : 0;
    return reg::ESR_EL1::EC.of(static_cast<u64>(what == AbortOf::data ? data : fetch)) |
           (from & reg::ESR_EL1::IL.mask()) | kept | status;
}

/// The abort's status. Of a stage 1 walk the guest is told at which level it was; EL2's syndrome has stage 2's level.
/// What the hardware itself has found to be an external abort stays what it is.
u64 external_status(const Vcpu& vcpu) {
    const u64 esr = vcpu.context->exit.esr;
    int level;
    if (iss::dabt::S1PTW.get(esr) != 0 && find_walk_level(vcpu, level)) {
        return static_cast<u64>(static_cast<int>(FaultStatus::external_on_walk) + level);
    }
    if (is_external_on_walk(esr)) return iss::dabt::DFSC.get(esr);
    return static_cast<u64>(FaultStatus::external);
}

u64 permission_status(const Vcpu& vcpu) {
    constexpr int kPageLevel = 3;
    int level = kPageLevel;
    if (iss::dabt::S1PTW.get(vcpu.context->exit.esr) != 0 && !find_walk_level(vcpu, level)) level = kPageLevel;
    if (level < 0) level = 0;  // there is no status for level -1
    return static_cast<u64>(FaultStatus::permission) | static_cast<u64>(level);
}

}  // namespace

void inject_undefined(Vcpu& vcpu) {
    const u64 esr = reg::ESR_EL1::EC.of(static_cast<u64>(Ec::UNKNOWN)) | reg::ESR_EL1::IL.mask();
    inject(vcpu, esr, {false, 0}, trace::Injection::undefined_instruction);
}

void inject_external_abort(Vcpu& vcpu, AbortOf what) {
    const VcpuContext& context = *vcpu.context;
    const u64 esr = abort_syndrome(context, what, external_status(vcpu));
    inject(vcpu, esr, {true, context.exit.far},
           what == AbortOf::data ? trace::Injection::external_abort : trace::Injection::instruction_abort);
}

void inject_permission_fault(Vcpu& vcpu, AbortOf what) {
    const VcpuContext& context = *vcpu.context;
    const u64 esr = abort_syndrome(context, what, permission_status(vcpu));
    inject(vcpu, esr, {true, context.exit.far},
           what == AbortOf::data ? trace::Injection::permission_fault : trace::Injection::instruction_permission_fault);
}

Outcome handle_undefined(Vcpu& vcpu) {
    inject_undefined(vcpu);
    return Outcome::resume;
}

Outcome handle_coprocessor(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    if (aarch32::is_executed(context.exit.esr, context.pstate())) return handle_undefined(vcpu);
    context.skip_instruction();
    return Outcome::resume;
}

}  // namespace ws
