// SPDX-License-Identifier: Apache-2.0
// Where the lowvisor's first ERET goes: the kernel at EL1, on a stack of its own, MMU off. TPIDR_EL1 is this CPU.
#include "asm_offsets.h"

    .text
    .global split_kernel_start
    .type split_kernel_start, %function
split_kernel_start:
    mrs x0, TPIDR_EL1
    ldr x1, [x0, #CPU_KERNEL_STACK]
    mov sp, x1
    mov x29, xzr
    mov x30, xzr
    b split_kernel_main
    .size split_kernel_start, . - split_kernel_start
