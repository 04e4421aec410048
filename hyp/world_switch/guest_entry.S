// SPDX-License-Identifier: Apache-2.0
// The last instructions before a guest and the first after it, the same in every design: the general-purpose registers.
#include "asm_offsets.h"
#include "../arch/hw/register_moves.h"
#include "../arch/hw/trace_macros.h"
#include "../base/panic_vector.h"

    .text

    .macro for_callee_saved move, base
    for_x19_to_x28 \move, \base, CPU_CALLEE_SAVED
    \move x29, x30, [\base, #CPU_CALLEE_SAVED + 80]
    .endm

    .macro guest_vector number
    .balign 0x80
guest_vector_\number:
    stp x0, x1, [sp, #GUEST_FRAME_X0]
    trace_clock_to_frame x0, \number
    mov x1, #\number
    b guest_exit
    .endm

// VBAR_EL2 while a guest runs.
    .balign 0x800
    .global guest_vectors
guest_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    unexpected_vector \number           // EL2 itself trapped
    .endr
    .irp number, 8, 9, 10, 11, 12, 13, 14, 15
    guest_vector \number
    .endr

// u64 guest_enter(VcpuContext& vcpu)
    .global guest_enter
    .type guest_enter, %function
guest_enter:
    mrs x1, TPIDR_EL2
    for_callee_saved stp, x1
    sub sp, sp, #GUEST_FRAME_BYTES      // what the vectors will find
    str x0, [sp, #GUEST_FRAME_VCPU]
    trace_guest_entry
    ldp x30, x1, [x0, #VCPU_X0 + 240]
    msr SP_EL0, x1
    for_x2_to_x29 ldp, x0, VCPU_X0
    ldp x0, x1, [x0, #VCPU_X0]
    eret
    trace_tail_ends guest_entry
    dsb nsh                             // no speculation past ERET
    isb
    .size guest_enter, . - guest_enter

// Where a guest's trap continues: X0 and X1 are in the frame, X1 holds the vector.
    .type guest_exit, %function
guest_exit:
    ldr x0, [sp, #GUEST_FRAME_VCPU]
    for_x2_to_x29 stp, x0, VCPU_X0
    ldp x2, x3, [sp, #GUEST_FRAME_X0]
    stp x2, x3, [x0, #VCPU_X0]
    mrs x2, SP_EL0
    stp x30, x2, [x0, #VCPU_X0 + 240]
    mrs x2, TPIDR_EL2
    for_callee_saved ldp, x2
    trace_guest_exit
    mov x0, x1
    add sp, sp, #GUEST_FRAME_BYTES
    ret                                 // X30 is what guest_enter was called with: this is its return
    .size guest_exit, . - guest_exit
