// SPDX-License-Identifier: Apache-2.0
// A guest's first instructions: EL1, MMU off, X0 the device tree (Linux: Documentation/arm64/booting.rst).
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
1:  mov x19, x0
    msr SPSel, #1
    adrp x1, guest_stack_top
    add x1, x1, :lo12:guest_stack_top
    mov sp, x1
    adrp x1, guest_vectors
    add x1, x1, :lo12:guest_vectors
    msr VBAR_EL1, x1
    mov x2, #(3 << 20)                  // CPACR_EL1.FPEN: FP/SIMD do not trap to EL1
    msr CPACR_EL1, x2
    isb
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
    .macro vector number
    .balign 0x80
    mov x0, #\number
    b unexpected_exception
    .endm
    .balign 0x800
guest_vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector \n
    .endr
unexpected_exception:
    adrp x1, guest_stack_top
    add x1, x1, :lo12:guest_stack_top
    mov sp, x1
    bl guest_exception

    .section .bss
    .balign 16
    .space 16384
guest_stack_top:
