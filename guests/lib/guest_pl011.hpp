// SPDX-License-Identifier: Apache-2.0
// The serial port (PrimeCell UART PL011, Arm DDI 0183).
#pragma once

#include "guest_machine.hpp"
#include "guest_mmio.hpp"

namespace guest::uart {

inline constexpr u64 kData = 0x00;
inline constexpr u64 kFlags = 0x18;
inline constexpr u64 kControl = 0x30;
inline constexpr u64 kFifoLevel = 0x34;
inline constexpr u64 kMask = 0x38;
inline constexpr u64 kRawStatus = 0x3c;
inline constexpr u64 kMaskedStatus = 0x40;
inline constexpr u64 kClear = 0x44;
inline constexpr u64 kPeripheralId = 0xfe0;  ///< eight registers, PeriphID0 to 3 and PCellID0 to 3

inline constexpr u32 kFlagReceiveEmpty = 1 << 4;
inline constexpr u32 kFlagTransmitFull = 1 << 5;
inline constexpr u32 kReceiveInterrupt = 1 << 4;
inline constexpr u32 kTransmitInterrupt = 1 << 5;
inline constexpr u32 kReceiveTimeout = 1 << 6;

/// UARTEN, TXE, RXE.
inline constexpr u32 kControlOn = 0x301;

inline u32 read(u64 offset) { return mmio_read(machine().uart + offset); }
inline void write(u64 offset, u32 value) { mmio_write(machine().uart + offset, value); }

inline void put(char character) {
    while ((read(kFlags) & kFlagTransmitFull) != 0) {
    }
    write(kData, static_cast<u8>(character));
}

}  // namespace guest::uart
