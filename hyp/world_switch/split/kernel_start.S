// SPDX-License-Identifier: Apache-2.0
// Where the lowvisor's first ERET goes: the kernel at EL1, on a stack of its own, MMU off.
    .text
    .global split_kernel_start
    .type split_kernel_start, %function
split_kernel_start:
    adrp x0, kernel_stack_top
    add x0, x0, :lo12:kernel_stack_top
    mov sp, x0
    mov x29, xzr
    mov x30, xzr
    b split_kernel_main
    .size split_kernel_start, . - split_kernel_start

    .section .bss
    .balign 16
    .space 32768
kernel_stack_top:
