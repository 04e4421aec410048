// SPDX-License-Identifier: Apache-2.0
// The end of the hypervisor when something happened that must not: a report on the console and in the run page, then
// power off. Works at EL1 and at EL2, before and after the MMU is on.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// What panic_entry.S keeps of the CPU that took an unexpected exception.
struct alignas(16) PanicFrame {
    u64 x[31];
    u64 sp;
    u64 vector;
};

/// The hypervisor finds that it cannot go on. `value` is printed in hexadecimal after the text.
[[noreturn]] void panic(const char* why);
[[noreturn]] void panic(const char* why, u64 value);

/// A condition that only a mistake in the hypervisor can break.
inline void require(bool condition, const char* why) {
    if (!condition) [[unlikely]]
        panic(why);
}

}  // namespace ws
