// SPDX-License-Identifier: Apache-2.0
// SMC and HVC as calls (SMC Calling Convention, Arm DEN 0028).
#pragma once

#include "../types.hpp"
#include "attributes.hpp"

namespace ws::hw {

/// Call the firmware. X0 to X17 may be lost; the result is X0.
inline u64 smc(u64 function, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0) {
    register u64 x0 asm("x0") = function;
    register u64 x1 asm("x1") = a1;
    register u64 x2 asm("x2") = a2;
    register u64 x3 asm("x3") = a3;
    asm volatile("smc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                 :
                 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
                   "memory");
    return x0;
}

/// Call the lowvisor from the kernel at EL1. The lowvisor runs C++, so the caller loses what any procedure may change:
/// X0 to X18 (AAPCS64 6.1.1; X18 is a temporary register here, since the platform gives it no meaning). The result is
/// X0.
WS_INLINE u64 hvc(u64 function, u64 a1 = 0, u64 a2 = 0) {
    register u64 x0 asm("x0") = function;
    register u64 x1 asm("x1") = a1;
    register u64 x2 asm("x2") = a2;
    asm volatile("hvc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2)
                 :
                 : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
                   "x18", "cc", "memory");
    return x0;
}

}  // namespace ws::hw
