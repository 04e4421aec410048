// SPDX-License-Identifier: Apache-2.0
// Into a user process and out of it, the same in every design but for what kernel_names.h of its folder says.
#include "asm_offsets.h"
#include "../arch/hw/register_moves.h"
#include "../base/panic_vector.h"

    .text
#include "kernel_names.h"

    .macro user_vector number
    .balign 0x80
    stp x0, x1, [sp, #-16]!
    take_user_exception \number
    .endm

// The kernel's own vectors: it expects exceptions from its processes alone.
    .balign 0x800
    .global kernel_vectors
kernel_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    unexpected_vector \number
    .endr
    user_vector 8                       // synchronous
    user_vector 9                       // IRQ
    .irp number, 10, 11, 12, 13, 14, 15
    unexpected_vector \number
    .endr

// void run_user(UserFrame& frame)
    .global run_user
    .type run_user, %function
run_user:
    stp x29, x30, [sp, #-112]!
    mov x29, sp
    for_x19_to_x28 stp, sp, 16
    str x0, [sp, #96]                   // where user_exit finds the frame
    ldp x1, x2, [x0, #USER_FRAME_PC]
    msr KERNEL_ELR, x1
    msr KERNEL_SPSR, x2
    ldp x30, x1, [x0, #240]
    msr SP_EL0, x1
    for_x2_to_x29 ldp, x0
    ldp x0, x1, [x0]
    eret
    dsb nsh                             // no speculation past ERET
    isb
    .size run_user, . - run_user

// Where its exception continues: X0 and X1 are on the stack, X1 holds the vector.
    .type user_exit, %function
user_exit:
    ldr x0, [sp, #112]
    for_x2_to_x29 stp, x0
    ldp x2, x3, [sp], #16
    stp x2, x3, [x0]
    mrs x2, SP_EL0
    stp x30, x2, [x0, #240]
    mrs x2, KERNEL_ELR
    mrs x3, KERNEL_SPSR
    stp x2, x3, [x0, #USER_FRAME_PC]
    str x1, [x0, #USER_FRAME_VECTOR]
    for_x19_to_x28 ldp, sp, 16
    ldp x29, x30, [sp], #112
    ret
    .size user_exit, . - user_exit
