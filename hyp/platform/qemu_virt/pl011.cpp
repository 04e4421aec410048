// SPDX-License-Identifier: Apache-2.0
#include "pl011.hpp"

namespace ws::pl011 {

namespace {

constexpr u64 kDataRegister = 0x00;
constexpr u64 kFlagRegister = 0x18;
constexpr u64 kControlRegister = 0x30;
constexpr u64 kInterruptMask = 0x38;
constexpr u32 kReceiveEmpty = 1U << 4;
constexpr u32 kTransmitFull = 1U << 5;
constexpr u32 kReceiveInterrupts = 1U << 4 | 1U << 6;  // a character, or one that waits for a while
constexpr u32 kEnabled = 1U << 0 | 1U << 8 | 1U << 9;  // UARTEN, TXE, RXE

Pa uart_base{0x0900'0000};

volatile u32& uart_register(u64 offset) { return *reinterpret_cast<volatile u32*>(uart_base.value + offset); }

}  // namespace

void set_base(Pa base) { uart_base = base; }

void put(char character) {
    while ((uart_register(kFlagRegister) & kTransmitFull) != 0) {
    }
    uart_register(kDataRegister) = static_cast<u8>(character);
}

void enable_receive_interrupt(bool on) {
    uart_register(kControlRegister) = kEnabled;
    uart_register(kInterruptMask) = on ? kReceiveInterrupts : 0;
}

int get() {
    if ((uart_register(kFlagRegister) & kReceiveEmpty) != 0) return -1;
    return static_cast<u8>(uart_register(kDataRegister));
}

}  // namespace ws::pl011
