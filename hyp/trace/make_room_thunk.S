// SPDX-License-Identifier: Apache-2.0
// Calls trace_make_room(X17) for a trace point and keeps all registers of the code around it. X16 holds where to go
// back.
    .text
    .global trace_make_room_thunk
    .type trace_make_room_thunk, %function
trace_make_room_thunk:
    stp x0, x1, [sp, #-176]!
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x18, [sp, #128]
    stp x29, x30, [sp, #144]
    mrs x0, nzcv
    str x0, [sp, #160]
    mov x0, x17
    bl trace_make_room
    ldr x0, [sp, #160]
    msr nzcv, x0
    ldp x29, x30, [sp, #144]
    ldp x16, x18, [sp, #128]
    ldp x14, x15, [sp, #112]
    ldp x12, x13, [sp, #96]
    ldp x10, x11, [sp, #80]
    ldp x8, x9, [sp, #64]
    ldp x6, x7, [sp, #48]
    ldp x4, x5, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #176
    br x16
    .size trace_make_room_thunk, . - trace_make_room_thunk
