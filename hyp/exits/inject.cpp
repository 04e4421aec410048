// SPDX-License-Identifier: Apache-2.0
// An exception for the guest to take: the CPU's own pseudocode for taking one to EL1, done by hand
// (Arm ARM, AArch64.TakeException).
#include "inject.hpp"

#include "../arch/syndrome.hpp"
#include "../trace/points.hpp"
#include "dispatch.hpp"
#include "guest_el1.hpp"

namespace ws {

namespace {

using S = reg::SPSR_EL1;
constexpr u64 kEl1h = 5;

/// Offset of EL1's synchronous vector for an exception taken from `pstate`.
u64 synchronous_vector(u64 pstate) {
    constexpr u64 kAarch32 = 0x10;
    const u64 mode = S::M.get(pstate);
    if (mode == kEl1h) return 0x200;
    if (mode == 4) return 0x000;   // EL1t
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

}  // namespace

void inject_undefined(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    const u64 pstate = context.pstate();
    const u64 esr = reg::ESR_EL1::EC.of(static_cast<u64>(Ec::UNKNOWN)) | reg::ESR_EL1::IL.mask();
    using Event = trace::payload::inject;
    trace::event_made<trace::At::kernel, Event>([&]() WS_INLINE_LAMBDA {
        return Event{esr, read_guest_el1<reg::FAR_EL1>(context), context.owner, trace::Injection::undefined_instruction};
    });
    write_guest_el1<reg::ELR_EL1>(context, context.pc());
    write_guest_el1<reg::SPSR_EL1>(context, pstate);
    write_guest_el1<reg::ESR_EL1>(context, esr);
    context.pc() = read_guest_el1<reg::VBAR_EL1>(context) + synchronous_vector(pstate);
    context.pstate() = handler_pstate(pstate, read_guest_el1<reg::SCTLR_EL1>(context));
}

Outcome handle_undefined(Vcpu& vcpu) {
    inject_undefined(vcpu);
    return Outcome::resume;
}

}  // namespace ws
