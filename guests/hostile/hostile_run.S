// SPDX-License-Identifier: Apache-2.0
// The places where the guest does not know what comes next. Each function keeps its caller's registers on the stack and
// the way back in *recovery: an exception that is taken in between returns to there, with SP as it was (hostile_run.cpp).
    .text
    .macro save_registers
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    .endm
    .macro restore_registers
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    .endm

// void hostile_run(u64* x, u64 code, u64* recovery): X0 to X7 from x, and to x afterwards
    .global hostile_run
    .type hostile_run, %function
hostile_run:
    save_registers
    mov x19, x0
    mov x20, x1
    mrs x21, SCTLR_EL1
    mrs x22, VBAR_EL1
    mrs x23, CPACR_EL1
    adr x24, 1f
    str x24, [x2]
    mov x25, x2
    ldp x6, x7, [x19, #48]
    ldp x4, x5, [x19, #32]
    ldp x2, x3, [x19, #16]
    ldp x0, x1, [x19]
    blr x20
1:  // Before memory is touched: endianness, alignment checks, masks and the stack pointer may be others now.
    msr DAIFSet, #15
    msr SPSel, #1
    msr SCTLR_EL1, x21
    msr VBAR_EL1, x22
    msr CPACR_EL1, x23
    isb
    str xzr, [x25]
    stp x0, x1, [x19]
    stp x2, x3, [x19, #16]
    stp x4, x5, [x19, #32]
    stp x6, x7, [x19, #48]
    restore_registers
    ret

// void hostile_return(u64 x0, u64 pstate, u64 target, u64* recovery)
    .global hostile_return
    .type hostile_return, %function
hostile_return:
    save_registers
    adr x24, 1f
    str x24, [x3]
    mov x25, x3
    msr SPSR_EL1, x1
    msr ELR_EL1, x2
    isb
    eret
1:  msr DAIFSet, #15
    str xzr, [x25]
    restore_registers
    ret

// void hostile_jump(u64 target, u64* recovery)
    .global hostile_jump
    .type hostile_jump, %function
hostile_jump:
    save_registers
    adr x24, 1f
    str x24, [x1]
    mov x25, x1
    blr x0
1:  msr DAIFSet, #15
    str xzr, [x25]
    restore_registers
    ret

// Where EL0 begins, in each of its instruction sets: everything ends in a call to EL1.
    .balign 64
    .global el0_code, el0_a32_code, el0_t32_code, el1_code
el0_code:
    msr TPIDR_EL0, x0
    hvc #0
    .rept 4
    svc #0
    .endr
el1_code:
    .rept 4
    brk #0
    .endr
    .balign 64
el0_a32_code:
    .rept 16
    .inst 0xef000000                    // SVC #0
    .endr
    .balign 64
el0_t32_code:
    .rept 16
    .inst 0xdf00df00                    // SVC #0, twice
    .endr
