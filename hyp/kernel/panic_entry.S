// SPDX-License-Identifier: Apache-2.0
// Where every unexpected exception goes. The stack pointer may be what is broken, so the report has a stack of its own.
#include "asm_offsets.h"

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
    stp x2, x3, [sp, #PANIC_FRAME_X0 + 16]
    stp x4, x5, [sp, #PANIC_FRAME_X0 + 32]
    stp x6, x7, [sp, #PANIC_FRAME_X0 + 48]
    stp x8, x9, [sp, #PANIC_FRAME_X0 + 64]
    stp x10, x11, [sp, #PANIC_FRAME_X0 + 80]
    stp x12, x13, [sp, #PANIC_FRAME_X0 + 96]
    stp x14, x15, [sp, #PANIC_FRAME_X0 + 112]
    stp x16, x17, [sp, #PANIC_FRAME_X0 + 128]
    stp x18, x19, [sp, #PANIC_FRAME_X0 + 144]
    stp x20, x21, [sp, #PANIC_FRAME_X0 + 160]
    stp x22, x23, [sp, #PANIC_FRAME_X0 + 176]
    stp x24, x25, [sp, #PANIC_FRAME_X0 + 192]
    stp x26, x27, [sp, #PANIC_FRAME_X0 + 208]
    stp x28, x29, [sp, #PANIC_FRAME_X0 + 224]
    str x30, [sp, #PANIC_FRAME_X0 + 240]
    mrs x0, TPIDRRO_EL0
    mrs x1, TPIDR_EL0
    stp x0, x1, [sp, #PANIC_FRAME_X0]
    mov x0, sp
    bl panic_exception
    .size panic_entry, . - panic_entry

// VBAR_EL2 until the design has its own vectors, and VBAR_EL1 of a kernel at EL1.
    .macro unexpected_vectors
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    unexpected_vector \number
    .endr
    .endm

#include "panic_vector.h"
    .balign 0x800
    .global panic_vectors
panic_vectors:
    unexpected_vectors

    .section .bss
    .balign 16
    .space 8192
panic_stack_top:
