// SPDX-License-Identifier: Apache-2.0
// What the assembly of a world switch records: traps and returns, with the general-purpose registers around them. Each
// function is called inside a window (arch/hw/trace_macros.h) and returns the address of the recorder's `spent`.
#include "../arch/syndrome.hpp"
#include "../cpu/cpu.hpp"
#include "../trace/host_trap.hpp"
#include "../trace/points.hpp"

namespace ws::trace {

namespace {

/// What the exception did not fill is 0 in the trace, not what an earlier one left.
payload::trap trap_now(Owner owner, u64 vector, u64 lead) {
    const u64 esr = has_syndrome(vector) ? hw::read<reg::ESR_EL2>() : 0;
    const bool address = has_fault_address(vector, esr);
    return {esr,
            hw::read<reg::ELR_EL2>(),
            hw::read<reg::SPSR_EL2>(),
            address ? hw::read<reg::FAR_EL2>() : 0,
            address ? hw::read<reg::HPFAR_EL2>() : 0,
            owner,
            static_cast<u8>(vector),
            static_cast<u8>(lead)};
}

payload::eret eret_now(Owner owner, u64 tail) {
    return {hw::read<reg::ELR_EL2>(), hw::read<reg::SPSR_EL2>(), owner, static_cast<u8>(tail)};
}

}  // namespace

/// A guest trapped. `clock`: read in the vector. `start`: the window's begin. `lead` and `tail`: recorder.hpp.
extern "C" u64* trace_record_guest_exit(VcpuContext& vcpu, u64 vector, u64 clock, u64 start, u64 lead) {
    Recorder& recorder = el2_cpu().recorder;
    Window at_trap(clock, recorder);
    at_trap.emit(trap_now(vcpu.owner, vector, lead));
    if constexpr (kLevel >= Level::full) at_trap.emit(payload::phase_begin{Step::save_general_purpose});
    recorder.spent += kVectorInstructions;
    if constexpr (kLevel >= Level::full) {
        Window now(start, recorder);
        now.emit_block<GeneralState::kWords>(RegisterClass::general, Operation::save, vcpu.owner, vcpu.general.words);
        const CalleeSavedState& host = el2_cpu().host.callee_saved;
        now.emit_block<CalleeSavedState::kWords>(RegisterClass::callee_saved, Operation::restore, kHost, host.words);
        now.emit(payload::phase_end{Step::save_general_purpose});
    }
    return &recorder.spent;
}

/// The guest is entered next. Step::restore_general_purpose, begun before the call of guest_enter, ends with the ERET.
extern "C" u64* trace_record_guest_entry(VcpuContext& vcpu, u64 start, u64 tail) {
    Recorder& recorder = el2_cpu().recorder;
    Window now(start, recorder);
    if constexpr (kLevel >= Level::full) {
        const CalleeSavedState& host = el2_cpu().host.callee_saved;
        now.emit_block<CalleeSavedState::kWords>(RegisterClass::callee_saved, Operation::save, kHost, host.words);
        now.emit_block<GeneralState::kWords>(RegisterClass::general, Operation::restore, vcpu.owner,
                                             vcpu.general.words);
    }
    now.emit(eret_now(vcpu.owner, tail));
    return &recorder.spent;
}

/// What host_vectors.S keeps through trace_record_host_eret.
struct HostReturn {
    u64 result;
    u64 start;
};

/// The lowvisor returns `result` to the host's kernel (split). `end`: the event's last two bytes, owner and tail.
extern "C" HostReturn trace_record_host_eret(u64 result, u64 start, u64 end) {
    Window now(start, el2_cpu().recorder);
    now.emit_quickly(eret_now(static_cast<Owner>(end), end >> 8));
    return {result, start};
}

}  // namespace ws::trace
