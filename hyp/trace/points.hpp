// SPDX-License-Identifier: Apache-2.0
// The trace points: what the rest of the hypervisor writes to be seen in the trace.
#pragma once

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/sysreg_access.hpp"
#include "../base/cpu_pointer.hpp"
#include "../world_switch/class_state.hpp"
#include "level.hpp"
#include "recorder.hpp"
#include "this_design.hpp"

namespace ws::trace {

/// Where a trace point's code runs, which says where its CPU's pointer is: in the split design the kernel is at EL1.
enum class At : u8 { el2, kernel };

/// A Cpu begins with its recorder (cpu/cpu.hpp holds it to that), so the per-CPU pointer is the recorder's.
template <At at>
WS_INLINE Recorder& recorder_here() {
    return *reinterpret_cast<Recorder*>(cpu_pointer<at == At::el2 ? 2 : ThisDesign::kKernelEl>());
}

/// Runs `emit(window)` between two readings of the clock, if this build records at `level`.
template <Level level, At at, class Emit>
WS_INLINE void record(Emit emit) {
    if constexpr (kLevel >= level) {
        const u64 start = hw::read_trace_clock();
        Recorder& recorder = recorder_here<at>();
        Window window(start, recorder);
        emit(window);
        hw::charge_recorder(recorder.spent, start);
    } else {
        hw::compiler_barrier();
    }
}

/// Records one event.
template <At at, class Payload>
WS_INLINE void event(const Payload& payload) {
    record<Payload::kLevel, at>([&](Window& window) WS_INLINE_LAMBDA { window.emit(payload); });
}

/// The same, with a payload that is made inside the window: what it is read from costs the recorder, not the
/// hypervisor.
template <At at, class Payload, class Make>
WS_INLINE void event_made(Make make) {
    record<Payload::kLevel, at>([&](Window& window) WS_INLINE_LAMBDA { window.emit(make()); });
}

/// A numbered step: begins here and ends with the scope.
template <At at = At::el2>
class StepScope {
  public:
    WS_INLINE explicit StepScope(Step step) : step_(step) { event<at>(payload::phase_begin{step_}); }
    WS_INLINE ~StepScope() { event<at>(payload::phase_end{step_}); }
    StepScope(const StepScope&) = delete;
    StepScope& operator=(const StepScope&) = delete;

  private:
    Step step_;
};

/// A step that the next ERET at EL2 ends.
WS_INLINE void last_step(Step step) { event<At::el2>(payload::phase_begin{step}); }

/// The values of all registers of a class, as they were saved or are about to be restored.
template <RegisterClass c>
WS_INLINE void block(Operation operation, const Owner& owner, const ClassState<c>& state) {
    record<Level::full, At::el2>([&](Window& window) WS_INLINE_LAMBDA {
        window.emit_block<ClassState<c>::kWords>(c, operation, owner, state.words);
    });
}

/// Saves the registers of a class and records them.
template <hw::GuestNames names, RegisterClass c>
WS_INLINE void save(const Owner& owner, ClassState<c>& state) {
    save_registers<names>(state);
    block(Operation::save, owner, state);
}

/// Records the registers of a class and restores them.
template <hw::GuestNames names, RegisterClass c>
WS_INLINE void restore(const Owner& owner, const ClassState<c>& state) {
    block(Operation::restore, owner, state);
    restore_registers<names>(state);
}

/// Writes a control register and records its old and its new value.
template <class Register, At at = At::el2>
WS_INLINE void write_control(const Owner& owner, u64 value) {
    record<Level::full, at>([&](Window& window) WS_INLINE_LAMBDA {
        window.emit(payload::control_write{hw::read<Register>(), value, Register::id, owner});
    });
    hw::write<Register>(value);
}

}  // namespace ws::trace
