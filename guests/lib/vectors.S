// SPDX-License-Identifier: Apache-2.0
// The guest's exception vectors: a Frame (exceptions.hpp) on the stack of EL1, and guest_exception(Frame&).
// FP/SIMD registers are left alone: a guest is compiled without them.
    .text
    .macro vector number
    .balign 0x80
    sub sp, sp, #288
    stp x0, x1, [sp]
    mov x0, #\number
    b save_frame
    .endm

    .global guest_vectors
    .balign 0x800
guest_vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector \n
    .endr

    .balign 0x80
save_frame:
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x1, ELR_EL1
    stp x30, x1, [sp, #240]
    mrs x1, SPSR_EL1
    mrs x2, ESR_EL1
    stp x1, x2, [sp, #256]
    mrs x1, FAR_EL1
    stp x1, x0, [sp, #272]
    mov x0, sp
    bl guest_exception
    ldp x0, x1, [sp, #256]              // SPSR_EL1; ESR_EL1 is not restored
    msr SPSR_EL1, x0
    ldp x30, x1, [sp, #240]
    msr ELR_EL1, x1
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    ldp x0, x1, [sp], #288
    eret
