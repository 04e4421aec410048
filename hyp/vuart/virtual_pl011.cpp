// SPDX-License-Identifier: Apache-2.0
#include "virtual_pl011.hpp"

namespace ws {

namespace {

// Registers (DDI 0183, 3.2).
constexpr u32 kDr = 0x000;
constexpr u32 kRsrEcr = 0x004;
constexpr u32 kFr = 0x018;
constexpr u32 kIlpr = 0x020;
constexpr u32 kIbrd = 0x024;
constexpr u32 kFbrd = 0x028;
constexpr u32 kLcrH = 0x02c;
constexpr u32 kCr = 0x030;
constexpr u32 kIfls = 0x034;
constexpr u32 kImsc = 0x038;
constexpr u32 kRis = 0x03c;
constexpr u32 kMis = 0x040;
constexpr u32 kIcr = 0x044;
constexpr u32 kDmacr = 0x048;
constexpr u32 kPeriphId0 = 0xfe0;
/// UARTPeriphID0-3, then UARTPCellID0-3. The revision is r1p1's, as on QEMU's board.
constexpr u8 kIds[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

// UARTFR.
constexpr u32 kReceiveEmpty = 1 << 4;
constexpr u32 kReceiveFull = 1 << 6;
constexpr u32 kTransmitEmpty = 1 << 7;

// UARTLCR_H.
constexpr u32 kFifosOn = 1 << 4;

// UARTCR.
constexpr u32 kUartOn = 1 << 0;
constexpr u32 kLoopBack = 1 << 7;
constexpr u32 kTransmitOn = 1 << 8;
constexpr u32 kReceiveOn = 1 << 9;

// UARTRIS, UARTIMSC, UARTMIS, UARTICR.
constexpr u32 kReceiveInterrupt = 1 << 4;
constexpr u32 kTransmitInterrupt = 1 << 5;
constexpr u32 kTimeOutInterrupt = 1 << 6;
constexpr u32 kOverrunInterrupt = 1 << 10;
constexpr u32 kAllInterrupts = 0x7ff;

constexpr u32 kOverrunInRsr = 1 << 3;
constexpr u32 kOverrunInDr = 1 << 11;

/// Every register begins at a word.
bool is_access(u32 offset, u32 bytes) { return offset % 4 == 0 && (bytes == 1 || bytes == 2 || bytes == 4); }

constexpr u64 low_bytes(u64 value, u32 bytes) { return value & (~0ULL >> (64 - 8 * bytes)); }

}  // namespace

void VirtualPl011::reset() { *this = VirtualPl011(transmit_, context_); }

bool VirtualPl011::receiver_on() const {
    return as_firmware_left_it_ || ((control_ & kUartOn) != 0 && (control_ & kReceiveOn) != 0);
}
bool VirtualPl011::transmitter_on() const {
    return as_firmware_left_it_ || ((control_ & kUartOn) != 0 && (control_ & kTransmitOn) != 0);
}
u32 VirtualPl011::depth() const { return (line_control_ & kFifosOn) != 0 ? kFifoDepth : 1; }

/// With how many characters the receive interrupt comes (UARTIFLS.RXIFLSEL).
u32 VirtualPl011::receive_level() const {
    constexpr u8 kEighths[] = {1, 2, 4, 6, 7, 4, 4, 4};  // the last three are reserved
    return depth() == 1 ? 1 : kFifoDepth * kEighths[levels_ >> 3 & 7] / 8;
}

u32 VirtualPl011::flags() const {
    return kTransmitEmpty | (count_ == 0 ? kReceiveEmpty : 0) | (count_ == depth() ? kReceiveFull : 0);
}

void VirtualPl011::empty_fifo() {
    first_ = count_ = 0;
    raw_ &= ~(kReceiveInterrupt | kTimeOutInterrupt);
}

bool VirtualPl011::receive(u8 character) {
    if (!receiver_on()) return false;
    if (count_ == depth()) {
        overrun_ = true;
        errors_ |= kOverrunInRsr;
        raw_ |= kOverrunInterrupt;
        return false;
    }
    overrun_ = false;
    fifo_[(first_ + count_) % kFifoDepth] = character;
    ++count_;
    if (count_ >= receive_level()) raw_ |= kReceiveInterrupt;
    // On the wire the time-out comes when nothing follows for 32 bit periods. Here that time has passed at once: a
    // guest that waits for fewer characters than the level hears of each.
    raw_ |= kTimeOutInterrupt;
    return true;
}

u32 VirtualPl011::take_character() {
    if (count_ == 0) return 0;
    const u32 character = fifo_[first_] | (overrun_ ? kOverrunInDr : 0);
    first_ = (first_ + 1) % kFifoDepth;
    --count_;
    if (count_ < receive_level()) raw_ &= ~kReceiveInterrupt;
    raw_ = count_ == 0 ? raw_ & ~kTimeOutInterrupt : raw_ | kTimeOutInterrupt;
    return character;
}

void VirtualPl011::send(u8 character) {
    if (!transmitter_on()) return;
    if ((control_ & kLoopBack) != 0) {
        receive(character);
    } else {
        transmit_(context_, character);
    }
    // The character passed through the FIFO: its level rose above the trigger and fell below it again.
    raw_ |= kTransmitInterrupt;
}

void VirtualPl011::store_line_control(u32 value) {
    if (((value ^ line_control_) & kFifosOn) != 0) empty_fifo();
    line_control_ = value & 0xff;
}

/// Reserved offsets read as zero.
u32 VirtualPl011::load_register(u32 offset) {
    if (offset >= kPeriphId0) return kIds[(offset - kPeriphId0) / 4];
    switch (offset) {
        case kDr: return take_character();
        case kRsrEcr: return errors_;
        case kFr: return flags();
        case kIlpr: return low_power_;
        case kIbrd: return integer_divisor_;
        case kFbrd: return fraction_divisor_;
        case kLcrH: return line_control_;
        case kCr: return control_;
        case kIfls: return levels_;
        case kImsc: return mask_;
        case kRis: return raw_;
        case kMis: return raw_ & mask_;
        case kDmacr: return dma_;
        default: return 0;
    }
}

/// Writes of reserved offsets and of what is read-only are ignored.
void VirtualPl011::store_register(u32 offset, u32 value) {
    switch (offset) {
        case kDr: send(static_cast<u8>(value)); break;
        case kRsrEcr: errors_ = 0; break;
        case kIlpr: low_power_ = value & 0xff; break;
        case kIbrd: integer_divisor_ = value & 0xffff; break;
        case kFbrd: fraction_divisor_ = value & 0x3f; break;
        case kLcrH: store_line_control(value); break;
        case kCr:
            control_ = value & 0xff87;
            as_firmware_left_it_ = false;
            break;
        case kIfls: levels_ = value & 0x3f; break;
        case kImsc: mask_ = value & kAllInterrupts; break;
        case kIcr: raw_ &= ~value; break;
        case kDmacr: dma_ = value & 7; break;
        default: break;
    }
}

bool VirtualPl011::read(u32 offset, u32 bytes, u64& value) {
    if (offset >= kBytes) return false;
    value = is_access(offset, bytes) ? low_bytes(load_register(offset), bytes) : 0;
    return true;
}

bool VirtualPl011::write(u32 offset, u32 bytes, u64 value) {
    if (offset >= kBytes) return false;
    if (is_access(offset, bytes)) store_register(offset, static_cast<u32>(low_bytes(value, bytes)));
    return true;
}

}  // namespace ws
