// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../types.hpp"
#include "attributes.hpp"

namespace ws::hw {

/// Copies `count` 64-bit words with LDP and STP: one instruction a word. `to` may be unaligned, in normal memory.
/// Written by hand since the compiler, left to itself, takes one load and one store for each.
template <std::size_t count>
WS_INLINE void copy_words(u8* to, const u64* from) {
    u64 first, second;
    asm volatile(
        ".rept %c[pairs]\n\t"
        "ldp %[first], %[second], [%[from]], #16\n\t"
        "stp %[first], %[second], [%[to]], #16\n\t"
        ".endr\n\t"
        ".if %c[odd]\n\t"
        "ldr %[first], [%[from]]\n\t"
        "str %[first], [%[to]]\n\t"
        ".endif"
        : [first] "=&r"(first), [second] "=&r"(second), [from] "+r"(from), [to] "+r"(to)
        : [pairs] "i"(count / 2), [odd] "i"(count % 2)
        : "memory");
}

}  // namespace ws::hw
