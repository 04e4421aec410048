// SPDX-License-Identifier: Apache-2.0
// The slot of a vector table for an exception that must not happen.
    .macro unexpected_vector number
    .balign 0x80
    msr TPIDRRO_EL0, x0                 // a thread register: nothing is lost that still counts
    mov x0, #\number
    b panic_entry
    .endm
