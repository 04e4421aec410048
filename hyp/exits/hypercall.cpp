// SPDX-License-Identifier: Apache-2.0
// HVC and SMC as calls (SMC Calling Convention, Arm DEN 0028): function in W0, arguments from X1, result in X0. What is
// not in hypercalls.def is NOT_SUPPORTED; that answer is also the shortest way through the hypervisor, and the one that
// the hypercall benchmark times.
#include "../arch/syndrome.hpp"
#include "../kernel/console.hpp"
#include "../kernel/guest_memory.hpp"
#include "../psci/psci.hpp"
#include "../trace/points.hpp"
#include "dispatch.hpp"

namespace ws {

namespace {

enum class Hypercall : u32 {
#define HYPERCALL(function, name, meaning) name = function,
#include "../trace/format/hypercalls.def"
#undef HYPERCALL
};

constexpr u64 kSuccess = 0;
constexpr u64 kNotSupported = ~u64{0};          // -1
constexpr u64 kInvalidParameter = ~u64{0} - 2;  // -3

/// Returns the bytes written, which may be fewer, or INVALID_PARAMETER if they are not all in the guest's memory.
u64 console_write(Vcpu& vcpu, Ipa text, u64 bytes) {
    constexpr u64 kMost = 4096;  // so that no guest keeps the CPU for long
    Vm& vm = *vcpu.vm;
    if (!vm.is_memory(text, bytes)) return kInvalidParameter;
    const u64 now = bytes < kMost ? bytes : kMost;
    write_guest_text(vm, guest_memory(vm, text, now), now);
    return now;
}

u64 console_putc(const Vcpu& vcpu, u8 character) {
    write_guest_text(*vcpu.vm, &character, 1);
    return kSuccess;
}

u64 memory_call(bool good) { return good ? kSuccess : kInvalidParameter; }

Stage2::Rights rights_of(u64 bits) { return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0}; }

u64 mark(const VcpuContext& context) {
    using Event = trace::payload::mark;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{context.x(1), context.x(2), context.owner}; });
    return kSuccess;
}

WS_INLINE void record(const VcpuContext& context, const u64& result) {
    using Event = trace::payload::hypercall;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{context.x(0), context.x(1), result, context.owner}; });
}

u64 call(Vcpu& vcpu) {
    const VcpuContext& context = *vcpu.context;
    switch (static_cast<Hypercall>(static_cast<u32>(context.x(0)))) {
        case Hypercall::console_write: return console_write(vcpu, Ipa(context.x(1)), context.x(2));
        case Hypercall::console_putc: return console_putc(vcpu, static_cast<u8>(context.x(1)));
        case Hypercall::mark: return mark(context);
        case Hypercall::exit: break;  // handle_call has seen to it
        case Hypercall::memory_release: return memory_call(release_memory(vcpu, Ipa(context.x(1)), context.x(2)));
        case Hypercall::memory_protect:
            return memory_call(protect_memory(vcpu, Ipa(context.x(1)), context.x(2), rights_of(context.x(3))));
    }
    return kNotSupported;
}

/// The call that the guest made: PSCI's, or one of hypercalls.def.
Outcome handle_call(Vcpu& vcpu, bool smccc) {
    VcpuContext& context = *vcpu.context;
    if (smccc) {
        // PSCI has the range of standard secure services, SMCCC itself that of the architecture.
        constexpr u32 kServiceMask = 0x3f00'0000;
        constexpr u32 kStandardService = 0x0400'0000, kArchitecture = 0;
        const u32 service = static_cast<u32>(context.x(0)) & kServiceMask;
        if (service == kStandardService || service == kArchitecture) {
            const PsciOutcome outcome = psci_call(vcpu);
            if (outcome == PsciOutcome::done) return Outcome::resume;
            if (outcome == PsciOutcome::wait) return Outcome::wait;
        }
    }
    if (smccc && static_cast<Hypercall>(static_cast<u32>(context.x(0))) == Hypercall::exit) {
        record(context, kSuccess);  // first: this may be the end of the run
        end_vm(*vcpu.vm, trace::Verdict::guest_exit, context.x(1), "the guest ended the run");
        return Outcome::resume;
    }
    const u64 result = smccc ? call(vcpu) : kNotSupported;
    record(context, result);
    context.set_x(0, result);
    return Outcome::resume;
}

}  // namespace

Outcome handle_hvc(Vcpu& vcpu) {
    // SMCCC: the immediate is zero; others are free for other conventions, of which there are none here.
    return handle_call(vcpu, iss::imm16::imm16.get(vcpu.context->exit.esr) == 0);
}

/// A guest's firmware is the hypervisor as well. Unlike HVC, SMC traps before it is executed.
Outcome handle_smc(Vcpu& vcpu) {
    vcpu.context->skip_instruction();
    return handle_call(vcpu, iss::imm16::imm16.get(vcpu.context->exit.esr) == 0);
}

}  // namespace ws
