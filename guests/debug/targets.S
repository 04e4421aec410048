// SPDX-License-Identifier: Apache-2.0
// Code to break on and to step through: instructions at known places.
    .text
    .global stepped_code, stepped_code_end, breakpoint_target
    .balign 64
breakpoint_target:
    .rept 15
    nop
    .endr
    ret
stepped_code:
    brk #0x5e
    mov x0, #1
    add x0, x0, #2
    cbz x0, 1f
    b 2f
1:  nop
2:  add x0, x0, #4
    bl 3f
    brk #0x5f
3:  ldr x0, [sp, #-16]!
    str x0, [sp], #16
stepped_code_end:
    ret
