// SPDX-License-Identifier: Apache-2.0
// Compiled to assembly text, never linked: cmake/asm_offsets.cmake picks the lines that start with -> and writes
// asm_offsets.h, so that assembly uses the offsets of the C++ structs and no literals.
#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../user/user_frame.hpp"
#include "../world_switch/frames.hpp"

#define OFFSET(name, value) asm volatile("\n->" #name " %0" ::"i"(value))

void asm_offsets() {
    using namespace ws;
    OFFSET(VCPU_X0, offsetof(VcpuContext, general));
    OFFSET(CPU_CALLEE_SAVED, offsetof(Cpu, host) + offsetof(HostContext, callee_saved));
    OFFSET(CPU_EL2_STACK, offsetof(Cpu, el2_stack));
    OFFSET(CPU_KERNEL_STACK, offsetof(Cpu, kernel_stack));
    OFFSET(EL2_STACK_BYTES, kCpuStackBytes);
    OFFSET(GUEST_FRAME_VCPU, offsetof(GuestFrame, vcpu));
    OFFSET(GUEST_FRAME_CLOCK, offsetof(GuestFrame, clock));
    OFFSET(GUEST_FRAME_X0, offsetof(GuestFrame, x0));
    OFFSET(GUEST_FRAME_WINDOW, offsetof(GuestFrame, window));
    OFFSET(GUEST_FRAME_BYTES, sizeof(GuestFrame));
    OFFSET(TRACE_CLOSING_INSTRUCTIONS, hw::kClosingInstructions);
    OFFSET(TRACE_VECTOR_INSTRUCTIONS, trace::kVectorInstructions);
    OFFSET(CPU_RECORDER_SPENT, offsetof(Cpu, recorder) + offsetof(trace::Recorder, spent));
    OFFSET(USER_FRAME_PC, offsetof(UserFrame, pc));
    OFFSET(USER_FRAME_VECTOR, offsetof(UserFrame, vector));
    OFFSET(PANIC_FRAME_X0, offsetof(PanicFrame, x));
    OFFSET(PANIC_FRAME_SP, offsetof(PanicFrame, sp));
    OFFSET(PANIC_FRAME_VECTOR, offsetof(PanicFrame, vector));
    OFFSET(PANIC_FRAME_BYTES, sizeof(PanicFrame));
}
