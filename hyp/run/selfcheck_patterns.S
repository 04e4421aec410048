// SPDX-License-Identifier: Apache-2.0
// u64 call_with_patterns(void (*function)(void*), void* argument): calls the function with patterns in X19 to X28 and
// tells which of them it did not keep, bit n for Xn.
#include "../arch/hw/register_moves.h"

    .text
    .global call_with_patterns
    .type call_with_patterns, %function
    .macro pattern register, number
    mov \register, #0x5a00 + \number
    movk \register, #0xbeef, lsl #48
    .endm
    .macro verify register, number
    pattern x2, \number
    cmp \register, x2
    cset x3, ne
    orr x0, x0, x3, lsl #\number
    .endm
call_with_patterns:
    stp x29, x30, [sp, #-96]!
    mov x29, sp
    for_x19_to_x28 stp, sp, 16
    mov x9, x0
    mov x0, x1
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    pattern x\n, \n
    .endr
    .irp n, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18
    pattern x\n, \n                     // what a call may lose: a guest must not find it
    .endr
    blr x9
    mov x0, #0
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    verify x\n, \n
    .endr
    for_x19_to_x28 ldp, sp, 16
    ldp x29, x30, [sp], #96
    ret
    .size call_with_patterns, . - call_with_patterns
