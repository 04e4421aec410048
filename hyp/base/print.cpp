// SPDX-License-Identifier: Apache-2.0
#include "print.hpp"

#include "../platform/qemu_virt/pl011.hpp"

namespace ws {

void print_one(const char* text) {
    while (*text != '\0') pl011::put(*text++);
}

void print_one(char character) { pl011::put(character); }

const char* to_text(Hex number, char (&text)[kHexTextBytes]) {
    constexpr char kDigits[] = "0123456789abcdef";
    unsigned digits = 16;
    while (digits > number.digits && (number.value >> (4 * (digits - 1))) == 0) --digits;
    char* at = text;
    *at++ = '0';
    *at++ = 'x';
    while (digits-- > 0) *at++ = kDigits[(number.value >> (4 * digits)) & 0xf];
    *at = '\0';
    return text;
}

void print_one(Hex number) {
    char text[kHexTextBytes];
    print_one(to_text(number, text));
}

void print_one(u64 number) {
    char text[21];
    char* at = text + sizeof(text);
    *--at = '\0';
    do {
        *--at = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    print_one(at);
}

}  // namespace ws
