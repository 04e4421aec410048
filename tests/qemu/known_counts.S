// SPDX-License-Identifier: Apache-2.0
// A guest of which it is known how many instructions each CPU executes. CPU n goes 2 * ROUNDS * (n + 1) instructions
// through the one loop that all of them share; what each does besides is the same for every ROUNDS. Nobody waits for
// anybody: whoever comes last switches the machine off. Built by test_count_each_cpu.py with CPUS and ROUNDS.
    .arch armv8.1-a
    .text
    .globl _start
_start:
    mov x20, #1
switch_on:
    movz w0, #0x0003
    movk w0, #0xc400, lsl #16       // PSCI CPU_ON
    mov x1, x20
    adr x2, every_cpu
    mov x3, x20
    hvc #0
    add x20, x20, #1
    cmp x20, #CPUS
    b.ne switch_on
    mov x0, #0
every_cpu:                          // x0: which one it is
    add x0, x0, #1
    ldr x1, rounds
    mul x1, x1, x0
1:  subs x1, x1, #1
    b.ne 1b
    adr x2, ended
    mov x3, #1
    ldaddal x3, x4, [x2]
    cmp x4, #(CPUS - 1)
    movz w0, #0x0002                // CPU_OFF, or
    movz w5, #0x0008                // SYSTEM_OFF
    csel w0, w0, w5, ne
    movk w0, #0x8400, lsl #16
    hvc #0
    b .

    .balign 8
rounds: .quad ROUNDS
ended:  .quad 0
