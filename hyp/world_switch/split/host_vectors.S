// SPDX-License-Identifier: Apache-2.0
// EL2's vectors while the host runs: the kernel's HVC is all that comes here.
#include "asm_offsets.h"
#include "../../arch/hw/trace_macros.h"
#include "../../kernel/panic_vector.h"

    .section .rodata
    .balign 8
host_calls:
    .quad lowvisor_run_vcpu
    .quad lowvisor_share_pages
    .equ HOST_CALLS, (. - host_calls) / 8

    .text
    .balign 0x800
    .global host_vectors
host_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    unexpected_vector \number
    .endr
    .balign 0x80
    trace_host_clock                    // synchronous, from the kernel at EL1
    b host_call
    .irp number, 9, 10, 11, 12, 13, 14, 15
    unexpected_vector \number
    .endr

// X0: the call, X1 and X2: its arguments. The caller has given up X3 to X17 (arch/hw/calls.hpp).
    .type host_call, %function
host_call:
    stp x29, x30, [sp, #-HOST_FRAME_BYTES]!
    mov x29, sp
    trace_host_trap
    mrs x17, ESR_EL2
    lsr x17, x17, #26
    cmp x17, #0x16                      // an HVC? (exception_classes.def: HVC64)
    b.ne host_call_unexpected
    cmp x0, #HOST_CALLS
    b.hs host_call_unknown
    adrp x9, host_calls
    add x9, x9, :lo12:host_calls
    ldr x9, [x9, x0, lsl #3]
    mov x0, x1
    mov x1, x2
    blr x9
host_return:
    trace_host_eret tail=2
    ldp x29, x30, [sp], #HOST_FRAME_BYTES
    eret
    check_trace_tail host_eret, 2
    dsb nsh
    isb
host_call_unknown:
    mov x0, #-1
    b host_return
host_call_unexpected:
    msr TPIDRRO_EL0, x0
    mov x0, #8
    b panic_entry
    .size host_call, . - host_call

// void lowvisor_enter_kernel(): ELR_EL2 and SPSR_EL2 are set; the frame is the one that a call would have left.
    .global lowvisor_enter_kernel
    .type lowvisor_enter_kernel, %function
lowvisor_enter_kernel:
    sub sp, sp, #HOST_FRAME_BYTES
    stp xzr, xzr, [sp]
    b host_return
    .size lowvisor_enter_kernel, . - lowvisor_enter_kernel

