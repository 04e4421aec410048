// SPDX-License-Identifier: Apache-2.0
// A guest's first instructions, on its first CPU: EL1, MMU off, X0 the device tree (Linux:
// Documentation/arm64/booting.rst). Other CPUs come by PSCI CPU_ON to secondary_start, X0 the address of their
// SecondaryBoot (smp.cpp).
    .section .head, "ax"
    .global guest_start
guest_start:
    b 1f
    .word 0
    .quad GUEST_TEXT_OFFSET
    .quad guest_image_bytes
    .quad 0xa                           // little-endian, 4 KiB pages
    .quad 0, 0, 0
    .ascii GUEST_MAGIC                  // an arm64 Image, or nothing of the kind: a flat binary
    .word 0

    .macro cpu_setup
    msr SPSel, #1
    adrp x1, guest_vectors
    add x1, x1, :lo12:guest_vectors
    msr VBAR_EL1, x1
    mov x2, #(3 << 20)                  // CPACR_EL1.FPEN: FP/SIMD do not trap to EL1
    msr CPACR_EL1, x2
    isb
    .endm

1:  mov x19, x0
    cpu_setup
    adrp x1, guest_stack_top
    add x1, x1, :lo12:guest_stack_top
    mov sp, x1
    adrp x1, guest_bss_start
    add x1, x1, :lo12:guest_bss_start
    adrp x2, guest_bss_end
    add x2, x2, :lo12:guest_bss_end
2:  cmp x1, x2
    b.hs 3f
    stp xzr, xzr, [x1], #16
    b 2b
3:  mov x0, x19
    mov x29, xzr
    mov x30, xzr
    bl guest_entry

    .text
    .global secondary_start
    .type secondary_start, %function
secondary_start:
    mov x19, x0
    cpu_setup
    // The MMU first: with it off, this CPU would not see what is in the caches of the one that started it.
    ldp x1, x2, [x19]                   // MAIR_EL1, TCR_EL1
    ldp x3, x4, [x19, #16]              // TTBR0_EL1, SCTLR_EL1
    msr MAIR_EL1, x1
    msr TCR_EL1, x2
    msr TTBR0_EL1, x3
    tlbi vmalle1
    dsb nsh
    isb
    msr SCTLR_EL1, x4
    isb
    ldp x1, x0, [x19, #32]              // its stack, its index
    mov sp, x1
    mov x29, xzr
    mov x30, xzr
    bl secondary_entry

    .section .bss
    .balign 16
    .space 32768
guest_stack_top:
