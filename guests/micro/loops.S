// SPDX-License-Identifier: Apache-2.0
// The timed loops, and exception vectors with handlers as short as can be.
#include "phase.h"
    .text
    .macro function name
    .global \name
    .type \name, %function
\name:
    .endm

// void device_read_loop(u64 iterations, u64 address)
    function device_read_loop
1:  ldr w2, [x1]
    subs x0, x0, #1
    b.ne 1b
    ret

// void id_register_loop(u64 iterations)
    function id_register_loop
1:  mrs x1, ID_AA64MMFR0_EL1
    subs x0, x0, #1
    b.ne 1b
    ret

// void virtual_eoi_loop(u64 iterations): INTID 1023 ends nothing, by the same instruction (IHI 0069, 12.2.8)
    function virtual_eoi_loop
    mov x1, #1023
1:  msr ICC_EOIR1_EL1, x1
    subs x0, x0, #1
    b.ne 1b
    ret

// void stage2_fault_loop(u64 iterations, u64 address, u64 step)
    function stage2_fault_loop
1:  str xzr, [x1]
    add x1, x1, x2
    subs x0, x0, #1
    b.ne 1b
    ret

// void virtual_ipi_loop(u64 iterations, u64 sgi, const u64* answers): X3 the number of the next answer
    function virtual_ipi_loop
    ldr x3, [x2]
1:  add x3, x3, #1
    msr ICC_SGI1R_EL1, x1
    isb
2:  yield
    ldr x4, [x2]
    cmp x4, x3
    b.ne 2b
    subs x0, x0, #1
    b.ne 1b
    ret

// [[noreturn]] void answer_ipis(u64* answers): its handler has X0 to X2 for itself
    function answer_ipis
    mov x2, #0
    adrp x1, ipi_vectors
    add x1, x1, :lo12:ipi_vectors
    msr VBAR_EL1, x1
    isb
    msr DAIFClr, #2
1:  yield
    b 1b

// u64 timer_interrupt_loop(u64 iterations, u64 wait): the sum of ticks from CVAL to the handler
    function timer_interrupt_loop
    mrs x9, VBAR_EL1
    adrp x10, timer_vectors
    add x10, x10, :lo12:timer_vectors
    msr VBAR_EL1, x10
    isb
    msr DAIFClr, #2
    mov x4, #0                          // sum
    adr x6, late_end
1:  and x5, x0, #PHASE_MASK
    sub x5, x6, x5, lsl #2              // into the NOPs of the handler
    mov x7, #0                          // taken
    isb
    mrs x2, CNTVCT_EL0
    add x2, x2, x1
    msr CNTV_CVAL_EL0, x2
    mov x3, #1
    msr CNTV_CTL_EL0, x3
    isb
2:  cbz x7, 2b
    subs x0, x0, #1
    b.ne 1b
    msr DAIFSet, #2
    msr VBAR_EL1, x9
    isb
    mov x0, x4
    ret

// u64 vm_switch_loop(u64 iterations, u64 wait): WFI until the timer's time, interrupts masked; the sum of ticks since
    function vm_switch_loop
    mov x4, #0                          // sum
    adr x6, 4f
1:  and x5, x0, #PHASE_MASK
    sub x5, x6, x5, lsl #2
    isb
    mrs x2, CNTVCT_EL0
    add x2, x2, x1
    msr CNTV_CVAL_EL0, x2
    mov x3, #1
    msr CNTV_CTL_EL0, x3
    isb
3:  wfi
    br x5
    .rept PHASE_MASK
    nop
    .endr
4:  mrs x3, CNTVCT_EL0
    sub x3, x3, x2
    tbnz x3, #63, 3b                    // WFI may end for any reason (Arm ARM D1.6.2)
    add x4, x4, x3
    mrs x3, ICC_IAR1_EL1                // taken and ended, masked as it is; else WFI would not wait
    msr CNTV_CTL_EL0, xzr
    isb
    msr ICC_EOIR1_EL1, x3
    isb
    subs x0, x0, #1
    b.ne 1b
    mov x0, x4
    ret

    .macro other_vectors count
    .rept \count
    .balign 0x80
    b .
    .endr
    .endm

    .balign 0x800
ipi_vectors:
    other_vectors 5
    .balign 0x80                        // IRQ, EL1 with SP_EL1
    mrs x1, ICC_IAR1_EL1
    add x2, x2, #1
    str x2, [x0]
    msr ICC_EOIR1_EL1, x1
    eret
    other_vectors 10

    .balign 0x800
timer_vectors:
    other_vectors 5
    .balign 0x80
    br x5
    .rept PHASE_MASK
    nop
    .endr
late_end:
    mrs x3, CNTVCT_EL0
    sub x3, x3, x2
    add x4, x4, x3
    msr CNTV_CTL_EL0, xzr
    isb
    mrs x3, ICC_IAR1_EL1
    mov x7, #1
    msr ICC_EOIR1_EL1, x3
    eret
    other_vectors 10
