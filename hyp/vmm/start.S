// SPDX-License-Identifier: Apache-2.0
// The VMM's header (hyp/user/vmm_image.hpp) and its first instructions.
    .section .head, "ax"
    .quad entry_offset, code_bytes, constant_bytes, data_bytes, zeroed_bytes

// The first thread, on a stack of its own.
    .global vmm_start
    .type vmm_start, %function
vmm_start:
    mov x29, xzr
    mov x30, xzr
    bl vmm_main
    .size vmm_start, . - vmm_start
