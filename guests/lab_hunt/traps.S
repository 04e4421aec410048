// SPDX-License-Identifier: Apache-2.0
// One trap each. Which immediate, which register: in the instruction, so there is a table of each kind, of instructions
// that a call reaches by its number.
//
//   void trap_hvc, trap_id_register, trap_load, trap_store(u64 number, u64 address)
    .text

// \count bodies of 16 bytes; X0 is which.
    .macro table name, count
    .balign 16
    .global \name
    .type \name, %function
\name:
    adr x2, .L\name\()_table
    add x2, x2, x0, lsl #4
    br x2
    .balign 16
.L\name\()_table:
    .endm

    .macro body instruction:vararg
    .balign 16
    \instruction
    ret
    .endm

    table trap_hvc, 32
    .set immediate, 0x400
    .rept 32
    body hvc #immediate
    .set immediate, immediate + 0x35
    .endr

// Feature registers trap (HCR_EL2.TID3).
    table trap_id_register, 16
    .irp number, 3, 4, 5, 6
    body mrs x\number, ID_AA64PFR0_EL1
    body mrs x\number, ID_AA64DFR0_EL1
    body mrs x\number, ID_AA64ISAR0_EL1
    body mrs x\number, ID_AA64MMFR0_EL1
    .endr

// Devices are where stage 2 has nothing.
    table trap_load, 16
    .irp number, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 8, 0
    body ldr w\number, [x1]
    .endr

    table trap_store, 8
    .irp number, 3, 4, 5, 6, 7, 9, 10, 11
    body str w\number, [x1]
    .endr
