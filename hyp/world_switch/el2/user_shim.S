// SPDX-License-Identifier: Apache-2.0
// How an exception of a process reaches the kernel without VHE: EL0's exceptions go to EL1, where a vector forwards
// them by HVC. EL2 then takes over what EL1's registers say of them (kernel_names.h). Interrupts come to EL2 by
// themselves.
    .text

// VBAR_EL1 while processes run. The page has nothing else in it, and is all that EL1 can see of the kernel's memory.
// The HVC's immediate is the vector's number: 8 is that of a synchronous exception from EL0; of the others none is
// expected.
    .balign 4096
    .global user_shim
    .type user_shim, %object
user_shim:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .balign 0x80
    hvc #\number
    .endr
    .balign 4096
    .size user_shim, . - user_shim
