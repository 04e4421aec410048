// SPDX-License-Identifier: Apache-2.0
// How a guest calls what is above it: SMC Calling Convention, functions of hyp/trace/format/hypercalls.def or PSCI.
#pragma once

#include "hyp/arch/types.hpp"

namespace guest {

using ws::i64;
using ws::u16;
using ws::u32;
using ws::u64;
using ws::u8;

enum class Hypercall : u32 {
#define HYPERCALL(function, name, meaning) name = function,
#include "hyp/trace/format/hypercalls.def"
#undef HYPERCALL
};

inline constexpr u64 kNotSupported = ~u64{0};

#define GUEST_CALL(name, instruction)                                                                              \
    inline u64 name(u64 function, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0) {                                            \
        register u64 x0 asm("x0") = function;                                                                      \
        register u64 x1 asm("x1") = a1;                                                                            \
        register u64 x2 asm("x2") = a2;                                                                            \
        register u64 x3 asm("x3") = a3;                                                                            \
        asm volatile(instruction                                                                                   \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                                      \
                     :                                                                                             \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", \
                       "cc", "memory");                                                                            \
        return x0;                                                                                                 \
    }
GUEST_CALL(hvc, "hvc #0")
GUEST_CALL(smc, "smc #0")
#undef GUEST_CALL

inline u64 hypercall(Hypercall function, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0) {
    return hvc(static_cast<u64>(function), a1, a2, a3);
}

}  // namespace guest
