// SPDX-License-Identifier: Apache-2.0
// The recorder's part of guest_entry.S and host_vectors.S: each macro opens a window, calls a function of
// world_switch/switch_records.cpp and closes the window. In a build that does not record the macros are empty and the
// code around them is the same. What the recorder counts, and why: trace/recorder.hpp.

#ifndef WS_TRACE_LEVEL
#error "this source is compiled once for each trace level: it belongs in sources_by_level (hyp/CMakeLists.txt)"
#endif
#define WS_LEVEL_off 0
#define WS_LEVEL_traps 1
#define WS_LEVEL_full 2
#define WS_LEVEL_NUMBER_(level) WS_LEVEL_##level
#define WS_LEVEL_NUMBER(level) WS_LEVEL_NUMBER_(level)

#if WS_LEVEL_NUMBER(WS_TRACE_LEVEL) > WS_LEVEL_off

// \start: the window's begin; `spent` is \at bytes from \base. X10 and X11 are lost.
    .macro close_trace_window start, base, at=0
.Lclose_\@:
    mrs x10, PMCCNTR_EL0
    sub x10, x10, \start
    ldr x11, [\base, #\at]
    add x10, x10, x11
    add x10, x10, #TRACE_CLOSING_INSTRUCTIONS
    str x10, [\base, #\at]
    .if (. - .Lclose_\@) / 4 != TRACE_CLOSING_INSTRUCTIONS
    .error "the recorder counts the end of its window wrongly"
    .endif
    .endm

// In a guest's vector: the time of the trap goes to the frame.
    .macro trace_clock_to_frame scratch, number
guest_vector_\number\()_clock:
    mrs \scratch, PMCCNTR_EL0
    str \scratch, [sp, #GUEST_FRAME_CLOCK]
    .if (. - guest_vector_\number\()_clock) / 4 != TRACE_VECTOR_INSTRUCTIONS
    .error "the recorder counts what it does in the vector wrongly"
    .endif
    .endm

// After the host's registers came back. X0 is the vCPU; X1, the vector, stays.
    .macro trace_guest_exit
    mrs x3, PMCCNTR_EL0
    str x3, [sp, #GUEST_FRAME_WINDOW]
    stp x1, x30, [sp, #GUEST_FRAME_X0]
    ldr x2, [sp, #GUEST_FRAME_CLOCK]
    mov x4, #(guest_vector_8_clock - guest_vector_8) / 4    // lead
    bl trace_record_guest_exit
    mov x9, x0
    ldp x1, x30, [sp, #GUEST_FRAME_X0]
    ldr x11, [sp, #GUEST_FRAME_WINDOW]
    close_trace_window x11, x9
    .endm

// Before the guest's registers are restored. X0 is the vCPU and stays so. trace_tail_ends stands behind the ERET.
    .macro trace_guest_entry
    mrs x1, PMCCNTR_EL0
    str x1, [sp, #GUEST_FRAME_WINDOW]
    movz x2, #:abs_g0:.Lguest_entry_tail
    bl trace_record_guest_entry
    mov x9, x0
    ldr x0, [sp, #GUEST_FRAME_VCPU]
    ldr x11, [sp, #GUEST_FRAME_WINDOW]
    close_trace_window x11, x9
.Lguest_entry_tail_begins:
    .endm

// In the split design's host vector: X3, the time of the trap, is lowvisor_host_call's last argument.
    .macro trace_host_clock
    mrs x16, PMCCNTR_EL0
    .endm
    .macro trace_pass_host_clock
    mov x3, x16
    .endm

// Before the lowvisor returns to the host. X0 is the result and stays so. trace_tail_ends stands behind the ERET.
    .macro trace_host_eret
    mrs x1, PMCCNTR_EL0
    movz x2, #:abs_g0:.Lhost_eret_end
    bl trace_record_host_eret
    mrs x9, TPIDR_EL2
    close_trace_window x1, x9, CPU_RECORDER_SPENT
.Lhost_eret_tail_begins:
    .endm

// Behind an ERET: the assembler counts the instructions since the recorder's last.
    .macro trace_tail_ends name
    .set .L\name\()_tail, (. - .L\name\()_tail_begins) / 4
    .set .L\name\()_end, .L\name\()_tail << 8       // as it lies in an event of the host's, behind the owner 0
    .endm

#else

    .macro trace_clock_to_frame scratch, number
    .endm
    .macro trace_guest_exit
    .endm
    .macro trace_guest_entry
    .endm
    .macro trace_host_clock
    .endm
    .macro trace_pass_host_clock
    .endm
    .macro trace_host_eret
    .endm
    .macro trace_tail_ends name
    .endm

#endif
