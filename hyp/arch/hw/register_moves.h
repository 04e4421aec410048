// SPDX-License-Identifier: Apache-2.0
// Moves of many general-purpose registers, for assembly: `move` is stp or ldp, and X0's or X19's place is `at` bytes
// from `base`.
    .macro for_x2_to_x29 move, base, at=0
    \move x2, x3, [\base, #\at + 16]
    \move x4, x5, [\base, #\at + 32]
    \move x6, x7, [\base, #\at + 48]
    \move x8, x9, [\base, #\at + 64]
    \move x10, x11, [\base, #\at + 80]
    \move x12, x13, [\base, #\at + 96]
    \move x14, x15, [\base, #\at + 112]
    \move x16, x17, [\base, #\at + 128]
    \move x18, x19, [\base, #\at + 144]
    \move x20, x21, [\base, #\at + 160]
    \move x22, x23, [\base, #\at + 176]
    \move x24, x25, [\base, #\at + 192]
    \move x26, x27, [\base, #\at + 208]
    \move x28, x29, [\base, #\at + 224]
    .endm

    .macro for_x19_to_x28 move, base, at=0
    \move x19, x20, [\base, #\at]
    \move x21, x22, [\base, #\at + 16]
    \move x23, x24, [\base, #\at + 32]
    \move x25, x26, [\base, #\at + 48]
    \move x27, x28, [\base, #\at + 64]
    .endm
