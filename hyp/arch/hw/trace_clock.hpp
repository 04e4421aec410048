// SPDX-License-Identifier: Apache-2.0
// The recorder's clock: PMCCNTR_EL0, which counts instructions under QEMU's -icount.
#pragma once

#include "../types.hpp"
#include "attributes.hpp"

namespace ws::hw {

WS_INLINE u64 read_trace_clock() {
    u64 now;
    asm volatile("mrs %0, PMCCNTR_EL0" : "=r"(now)::"memory");
    return now;
}

/// From the reading of the clock that closes a window to the STR of `spent`, here and in trace_macros.h.
inline constexpr unsigned kClosingInstructions = 6;

/// Closes the window that began at `start`: adds to `spent` the instructions since then, those of this very block, and
/// `extra` ones that ran for the recorder before the window.
template <unsigned extra = 0>
WS_INLINE void charge_recorder(u64& spent, u64 start) {
    u64 delta;
    u64 sum;
    asm volatile(
        "mrs %0, PMCCNTR_EL0\n\t"
        "sub %0, %0, %3\n\t"
        "ldr %1, %2\n\t"
        "add %1, %1, %0\n\t"
        "add %1, %1, %4\n\t"
        "str %1, %2"
        : "=&r"(delta), "=&r"(sum), "+m"(spent)
        : "r"(start), "i"(kClosingInstructions + extra));
}

/// Calls `trace_make_room` for the recorder in X17 and keeps every register but X16 and X17, so that the code around
/// a trace point is compiled as if the call were not there.
WS_INLINE void call_make_room(void* recorder) {
    register void* x17 asm("x17") = recorder;
    asm volatile(
        "adr x16, 1f\n\t"
        "b trace_make_room_thunk\n"
        "1:"
        : "+r"(x17)
        :
        : "x16", "memory");
}

}  // namespace ws::hw
