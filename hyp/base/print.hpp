// SPDX-License-Identifier: Apache-2.0
// Text to the board's console: `print("stage 2 at ", hex(pa), "\n")`.
#pragma once

#include <concepts>

#include "../arch/types.hpp"

namespace ws {

struct Hex {
    u64 value;
    unsigned digits;
};
/// At least `digits` digits after 0x.
constexpr Hex hex(u64 value, unsigned digits = 1) { return {value, digits}; }

/// The text of a number: "0x", 16 digits at most, NUL.
inline constexpr unsigned kHexTextBytes = 19;
const char* to_text(Hex number, char (&text)[kHexTextBytes]);

void print_one(const char* text);
void print_one(char character);
void print_one(Hex number);
void print_one(u64 number);
template <std::unsigned_integral T>
    requires(!std::same_as<T, u64>)
void print_one(T number) {
    print_one(static_cast<u64>(number));
}

template <class... Parts>
void print(Parts... parts) {
    (print_one(parts), ...);
}

}  // namespace ws
