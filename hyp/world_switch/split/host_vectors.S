// SPDX-License-Identifier: Apache-2.0
// EL2's vectors while the host runs: the kernel's HVC is all that comes here.
#include "asm_offsets.h"
#include "../../arch/hw/trace_macros.h"
#include "../../base/panic_vector.h"

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

// X0: the call, X1 and X2: its arguments. The caller has given up X3 to X18 (arch/hw/calls.hpp).
    .type host_call, %function
host_call:
    mrs x17, ESR_EL2
    lsr x17, x17, #26
    cmp x17, #0x16                      // an HVC? (exception_classes.def: HVC64)
    b.ne host_call_unexpected
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    trace_pass_host_clock
    bl lowvisor_host_call
host_return:
    trace_host_eret
    ldp x29, x30, [sp], #16
    eret
    trace_tail_ends host_eret
    dsb nsh
    isb
host_call_unexpected:
    msr TPIDRRO_EL0, x0
    mov x0, #8
    b panic_entry
    .size host_call, . - host_call

// void lowvisor_enter_kernel(): ELR_EL2 and SPSR_EL2 are set; the frame is the one that a call would have left.
    .global lowvisor_enter_kernel
    .type lowvisor_enter_kernel, %function
lowvisor_enter_kernel:
    stp xzr, xzr, [sp, #-16]!
    b host_return
    .size lowvisor_enter_kernel, . - lowvisor_enter_kernel

