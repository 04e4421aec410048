// SPDX-License-Identifier: Apache-2.0
// EL2's vectors while the kernel runs there: nothing is expected to trap.
#include "../../kernel/panic_vector.h"

    .text
    .balign 0x800
    .global host_vectors
host_vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    unexpected_vector \number
    .endr
