// SPDX-License-Identifier: Apache-2.0
// From one kernel thread to another: the registers that AAPCS64 lets a called function keep, and the stack.
#include "../arch/hw/register_moves.h"

    .text

// void switch_stacks(u64& save, u64 next)
    .global switch_stacks
    .type switch_stacks, %function
switch_stacks:
    stp x29, x30, [sp, #-96]!
    for_x19_to_x28 stp, sp, 16
    mov x2, sp
    str x2, [x0]
    mov sp, x1
    for_x19_to_x28 ldp, sp, 16
    ldp x29, x30, [sp], #96
    ret
    .size switch_stacks, . - switch_stacks

// Where a new thread's first switch_stacks returns to: X19 is its main, X20 the thread (thread.cpp).
    .global thread_start
    .type thread_start, %function
thread_start:
    bl thread_arrived
    mov x0, x20
    blr x19
    .size thread_start, . - thread_start
