// SPDX-License-Identifier: Apache-2.0
// V0 to V31 as 64 words. The hypervisor itself is compiled without FP/SIMD, so only a world switch touches them.
#pragma once

#include "../types.hpp"
#include "attributes.hpp"

namespace ws::hw {

// clang-format off: a line for each three pairs
#define WS_FOR_V_PAIRS(move)                                                                                  \
    move " q0, q1, [%0]\n\t" move " q2, q3, [%0, #32]\n\t" move " q4, q5, [%0, #64]\n\t"                      \
    move " q6, q7, [%0, #96]\n\t" move " q8, q9, [%0, #128]\n\t" move " q10, q11, [%0, #160]\n\t"             \
    move " q12, q13, [%0, #192]\n\t" move " q14, q15, [%0, #224]\n\t" move " q16, q17, [%0, #256]\n\t"        \
    move " q18, q19, [%0, #288]\n\t" move " q20, q21, [%0, #320]\n\t" move " q22, q23, [%0, #352]\n\t"        \
    move " q24, q25, [%0, #384]\n\t" move " q26, q27, [%0, #416]\n\t" move " q28, q29, [%0, #448]\n\t"        \
    move " q30, q31, [%0, #480]"
// clang-format on

WS_INLINE void save_v_registers(u64* words) { asm volatile(WS_FOR_V_PAIRS("stp")::"r"(words) : "memory"); }
WS_INLINE void restore_v_registers(const u64* words) { asm volatile(WS_FOR_V_PAIRS("ldp")::"r"(words) : "memory"); }

#undef WS_FOR_V_PAIRS

}  // namespace ws::hw
