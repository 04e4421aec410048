// SPDX-License-Identifier: Apache-2.0
#include "pl011.hpp"

namespace ws::pl011 {

namespace {

constexpr u64 kDataRegister = 0x00;
constexpr u64 kFlagRegister = 0x18;
constexpr u32 kTransmitFull = 1U << 5;

Pa uart_base{0x0900'0000};

volatile u32& uart_register(u64 offset) { return *reinterpret_cast<volatile u32*>(uart_base.value + offset); }

}  // namespace

void set_base(Pa base) { uart_base = base; }

void put(char character) {
    while ((uart_register(kFlagRegister) & kTransmitFull) != 0) {
    }
    uart_register(kDataRegister) = static_cast<u8>(character);
}

}  // namespace ws::pl011
