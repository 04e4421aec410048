// SPDX-License-Identifier: Apache-2.0
// For user_entry.S: the names of the kernel's own registers, which E2H redirects to those of EL2, and what an exception
// of a process needs before anything else.
#define KERNEL_ELR ELR_EL1
#define KERNEL_SPSR SPSR_EL1

// A synchronous exception, or an interrupt: it came here directly.
    .macro take_user_exception number
    mov x1, #\number
    b user_exit
    .endm
