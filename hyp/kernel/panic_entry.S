// SPDX-License-Identifier: Apache-2.0
// Where every unexpected exception goes. The stack pointer may be what is broken, so the report has a stack of its own.
#include "asm_offsets.h"
#include "../arch/hw/register_moves.h"

    .text
// X0: the vector's number; TPIDRRO_EL0: X0 of the interrupted code.
    .global panic_entry
    .type panic_entry, %function
panic_entry:
    msr TPIDR_EL0, x1
    adrp x1, panic_stack_top
    add x1, x1, :lo12:panic_stack_top
    sub x1, x1, #PANIC_FRAME_BYTES
    str x0, [x1, #PANIC_FRAME_VECTOR]
    mov x0, sp
    str x0, [x1, #PANIC_FRAME_SP]
    mov sp, x1
    for_x2_to_x29 stp, sp, PANIC_FRAME_X0
    str x30, [sp, #PANIC_FRAME_X0 + 240]
    mrs x0, TPIDRRO_EL0
    mrs x1, TPIDR_EL0
    stp x0, x1, [sp, #PANIC_FRAME_X0]
    mov x0, sp
    bl panic_exception
    .size panic_entry, . - panic_entry

// VBAR_EL2 until the design has its own vectors.
    .macro unexpected_vectors
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    unexpected_vector \number
    .endr
    .endm

#include "../base/panic_vector.h"
    .balign 0x800
    .global panic_vectors
panic_vectors:
    unexpected_vectors

    .section .bss
    .balign 16
    .space 8192
panic_stack_top:
