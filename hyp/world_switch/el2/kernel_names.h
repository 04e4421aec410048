// SPDX-License-Identifier: Apache-2.0
// For user_entry.S: the names of the kernel's own registers, and what an exception of a process needs before anything
// else.
#define KERNEL_ELR ELR_EL2
#define KERNEL_SPSR SPSR_EL2

// X0 and X1 are free: user_entry.S has pushed them. A synchronous exception comes by user_shim.S. An interrupt may come
// between the exception and the shim's HVC; EL1's registers are then about to be forgotten, so the exception is taken
// first, and the interrupt when the process runs again.
    .macro take_user_exception number
    .if \number == 8
    mrs x0, ESR_EL2
    mov x1, #0x5a000000                 // EC HVC64 and IL (exception_classes.def)
    add x1, x1, #8
    cmp x0, x1
    b.ne user_shim_unexpected
    b user_forwarded
    .else
    mrs x0, SPSR_EL2
    tst x0, #0xc                        // from EL1?
    b.ne user_forwarded
    mov x1, #\number
    b user_exit
    .endif
    .endm

// As if the exception had come to EL2 directly.
    .type user_forwarded, %function
user_forwarded:
    mrs x0, ELR_EL1
    mrs x1, SPSR_EL1
    msr ELR_EL2, x0
    msr SPSR_EL2, x1
    mrs x0, ESR_EL1
    mrs x1, FAR_EL1
    msr ESR_EL2, x0
    msr FAR_EL2, x1
    mov x1, #8
    b user_exit
user_shim_unexpected:
    ldp x0, x1, [sp], #16
    msr TPIDRRO_EL0, x0
    mov x0, #8
    b panic_entry
    .size user_forwarded, . - user_forwarded
