// SPDX-License-Identifier: Apache-2.0
// Reset to C++: the first instructions, at EL2 with the MMU off, X0 the device tree.
#include "asm_offsets.h"

    .section .head, "ax"

// arm64 Image header (Linux: Documentation/arm64/booting.rst).
    b start
    .word 0
    .quad 0                             // text_offset
    .quad image_bytes                   // image_size
    .quad 0xa                           // flags: little-endian, 4 KiB pages, anywhere in memory
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .word 0

start:
    mov x19, x0
    msr SPSel, #1
    adrp x1, el2_stacks + EL2_STACK_BYTES   // CPU 0's
    add x1, x1, :lo12:(el2_stacks + EL2_STACK_BYTES)
    mov sp, x1
    mrs x2, CurrentEL
    cmp x2, #(2 << 2)
    b.ne wrong_el
    adrp x1, panic_vectors              // a mistake from here on is reported
    add x1, x1, :lo12:panic_vectors
    msr VBAR_EL2, x1
    isb
1:  adrp x1, bss_start
    add x1, x1, :lo12:bss_start
    adrp x2, bss_end
    add x2, x2, :lo12:bss_end
2:  stp xzr, xzr, [x1], #16
    cmp x1, x2
    b.lo 2b
    mov x0, x19
    mov x29, xzr
    mov x30, xzr
    bl boot_main

// Where the firmware starts the other CPUs: at EL2 with the MMU off, X0 what CPU_ON was given: this CPU's Cpu.
    .global secondary_start
    .type secondary_start, %function
secondary_start:
    msr SPSel, #1
    ldr x1, [x0, #CPU_EL2_STACK]
    mov sp, x1
    adrp x1, panic_vectors
    add x1, x1, :lo12:panic_vectors
    msr VBAR_EL2, x1
    isb
    mov x29, xzr
    mov x30, xzr
    bl secondary_main
    .size secondary_start, . - secondary_start

wrong_el:                               // the console is all there is
    adrp x1, panic_vectors
    add x1, x1, :lo12:panic_vectors
    msr VBAR_EL1, x1
    bl boot_wrong_exception_level
