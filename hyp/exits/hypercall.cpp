// SPDX-License-Identifier: Apache-2.0
// HVC and SMC as calls (SMC Calling Convention, Arm DEN 0028): function in W0, arguments from X1, result in X0. What is
// not in hypercalls.def is NOT_SUPPORTED; that answer is also the shortest way through the hypervisor, and the one that
// the hypercall benchmark times.
#include "../arch/syndrome.hpp"
#include "../kernel/print.hpp"
#include "../kernel/run_report.hpp"
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

/// Returns the bytes written, or INVALID_PARAMETER if they are not all in the guest's memory.
u64 console_write(const Vcpu& vcpu, Ipa text, u64 bytes) {
    const u8* const from = vcpu.vm->guest_memory(text, bytes);
    if (from == nullptr) return kInvalidParameter;
    for (u64 i = 0; i < bytes; ++i) print(static_cast<char>(from[i]));
    return bytes;
}

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

[[noreturn]] void exit_guest(const VcpuContext& context) {
    record(context, kSuccess);
    end_run(trace::Verdict::guest_exit, context.x(1), "the guest ended the run");
}

u64 call(const Vcpu& vcpu) {
    const VcpuContext& context = *vcpu.context;
    switch (static_cast<Hypercall>(static_cast<u32>(context.x(0)))) {
        case Hypercall::console_write: return console_write(vcpu, Ipa(context.x(1)), context.x(2));
        case Hypercall::console_putc: print(static_cast<char>(context.x(1))); return kSuccess;
        case Hypercall::mark: return mark(context);
        case Hypercall::exit: exit_guest(context);
    }
    return kNotSupported;
}

}  // namespace

Outcome handle_hvc(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    // SMCCC: the immediate is zero; others are free for other conventions, of which there are none here.
    const bool smccc = iss::imm16::imm16.get(context.exit.esr) == 0;
    const u64 result = smccc ? call(vcpu) : kNotSupported;
    record(context, result);
    context.set_x(0, result);
    return Outcome::resume;
}

/// A guest has no firmware: every SMC is answered here. Unlike HVC it traps before it is executed.
Outcome handle_smc(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    record(context, kNotSupported);
    context.set_x(0, kNotSupported);
    context.skip_instruction();
    return Outcome::resume;
}

}  // namespace ws
