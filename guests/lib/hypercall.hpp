// SPDX-License-Identifier: Apache-2.0
// How a guest calls the hypervisor: SMC Calling Convention by HVC, functions of hyp/trace/format/hypercalls.def.
#pragma once

#include "hyp/arch/hw/calls.hpp"

namespace guest {

using ws::u32;
using ws::u64;

enum class Hypercall : u32 {
#define HYPERCALL(function, name, meaning) name = function,
#include "hyp/trace/format/hypercalls.def"
#undef HYPERCALL
};

inline constexpr u64 kNotSupported = ~u64{0};

inline u64 hypercall(Hypercall function, u64 a1 = 0, u64 a2 = 0) {
    return ws::hw::hvc(static_cast<u64>(function), a1, a2);
}

/// Ends the run. Status 0 is success.
[[noreturn]] inline void exit(u64 status) {
    hypercall(Hypercall::exit, status);
    for (;;) {
    }
}

}  // namespace guest
