// SPDX-License-Identifier: Apache-2.0
// The recorder's part of guest_entry.S and host_vectors.S. All of it is inside the recorder's window: in a build that
// does not record, the macros are empty and the code around them is the same.
//
// Each macro opens a window, calls a function of trace/switch_records.cpp and closes the window.

#ifndef WS_TRACE_LEVEL
#error "this source is compiled once for each trace level: it belongs in sources_by_level (hyp/CMakeLists.txt)"
#endif
#define WS_LEVEL_off 0
#define WS_LEVEL_traps 1
#define WS_LEVEL_full 2
#define WS_LEVEL_NUMBER_(level) WS_LEVEL_##level
#define WS_LEVEL_NUMBER(level) WS_LEVEL_NUMBER_(level)

#if WS_LEVEL_NUMBER(WS_TRACE_LEVEL) > WS_LEVEL_off

// X9 holds the address of the recorder's `spent`; the frame keeps the window's begin. X10 and X11 are lost.
    .macro close_trace_window
    ldr x11, [sp, #GUEST_FRAME_WINDOW]
    mrs x10, PMCCNTR_EL0
    sub x10, x10, x11
    ldr x11, [x9]
    add x10, x10, x11
    add x10, x10, #6                    // from that MRS to the STR
    str x10, [x9]
    .endm

// In a guest's vector: the time of the trap goes to the frame.
    .macro trace_clock_to_frame scratch, number
guest_vector_\number\()_clock:
    mrs \scratch, PMCCNTR_EL0
    str \scratch, [sp, #GUEST_FRAME_CLOCK]
    .endm

// After the host's registers came back. X0 is the vCPU; X1, the vector, stays.
    .macro trace_guest_exit
    mrs x3, PMCCNTR_EL0
    str x3, [sp, #GUEST_FRAME_WINDOW]
    stp x1, x30, [sp, #GUEST_FRAME_X0]
    ldr x2, [sp, #GUEST_FRAME_CLOCK]
    mov x4, #(guest_vector_8_clock - guest_vector_8) / 4
    bl trace_record_guest_exit
    mov x9, x0
    ldp x1, x30, [sp, #GUEST_FRAME_X0]
    close_trace_window
    .endm

// Before the guest's registers are restored. X0 is the vCPU and stays so. \tail instructions follow, ERET included:
// check_trace_tail stands behind the ERET and holds the number to the truth.
    .macro trace_guest_entry tail
    mrs x1, PMCCNTR_EL0
    str x1, [sp, #GUEST_FRAME_WINDOW]
    mov x2, #\tail
    bl trace_record_guest_entry
    mov x9, x0
    ldr x0, [sp, #GUEST_FRAME_VCPU]
    close_trace_window
.Lguest_entry_tail:
    .endm

// In the split design's host vector: X3, the time of the trap, is lowvisor_host_call's last argument.
    .macro trace_host_clock
    mrs x16, PMCCNTR_EL0
    .endm
    .macro trace_pass_host_clock
    mov x3, x16
    .endm

// Before the lowvisor returns to the host. X0 is the result and stays so. \tail: as above.
    .macro trace_host_eret tail
    mrs x1, PMCCNTR_EL0
    bl trace_record_host_eret
    mrs x9, TPIDR_EL2
    mrs x10, PMCCNTR_EL0
    sub x10, x10, x1
    ldr x11, [x9, #CPU_RECORDER_SPENT]
    add x10, x10, x11
    add x10, x10, #6
    str x10, [x9, #CPU_RECORDER_SPENT]
.Lhost_eret_tail:
    .endm

    .macro check_trace_tail from, tail
    .if (. - .L\from\()_tail) / 4 != \tail
    .error "the trace's count of instructions up to ERET is wrong"
    .endif
    .endm

#else

    .macro trace_clock_to_frame scratch, number
    .endm
    .macro trace_guest_exit
    .endm
    .macro trace_guest_entry tail
    .endm
    .macro trace_host_clock
    .endm
    .macro trace_pass_host_clock
    .endm
    .macro trace_host_eret tail
    .endm
    .macro check_trace_tail from, tail
    .endm

#endif
