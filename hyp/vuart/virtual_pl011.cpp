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

bool is_access(u32 offset, u32 bytes) {
    return offset < VirtualPl011::kBytes && offset % 4 == 0 && (bytes == 1 || bytes == 2 || bytes == 4);
}

constexpr u64 low_bytes(u64 value, u32 bytes) {
    return value & (~0ULL >> (64 - 8 * bytes));
}

}  // namespace

void VirtualPl011::reset() {
    *this = VirtualPl011(transmit_, context_);
}

bool VirtualPl011::receiver_on() const {
    return (control_ & kUartOn) != 0 && (control_ & kReceiveOn) != 0;
}
bool VirtualPl011::transmitter_on() const {
    return (control_ & kUartOn) != 0 && (control_ & kTransmitOn) != 0;
}
u32 VirtualPl011::depth() const {
    return (line_control_ & kFifosOn) != 0 ? kFifoDepth : 1;
}

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

bool VirtualPl011::load_register(u32 offset, u32& value) {
    if (offset >= kPeriphId0) {
        value = kIds[(offset - kPeriphId0) / 4];
        return true;
    }
    switch (offset) {
        case kDr:
            value = take_character();
            return true;
        case kRsrEcr:
            value = errors_;
            return true;
        case kFr:
            value = flags();
            return true;
        case kIlpr:
            value = low_power_;
            return true;
        case kIbrd:
            value = integer_divisor_;
            return true;
        case kFbrd:
            value = fraction_divisor_;
            return true;
        case kLcrH:
            value = line_control_;
            return true;
        case kCr:
            value = control_;
            return true;
        case kIfls:
            value = levels_;
            return true;
        case kImsc:
            value = mask_;
            return true;
        case kRis:
            value = raw_;
            return true;
        case kMis:
            value = raw_ & mask_;
            return true;
        case kIcr:
            value = 0;
            return true;
        case kDmacr:
            value = dma_;
            return true;
        default:
            return false;
    }
}

bool VirtualPl011::store_register(u32 offset, u32 value) {
    if (offset >= kPeriphId0) return true;  // read-only
    switch (offset) {
        case kDr:
            send(static_cast<u8>(value));
            return true;
        case kRsrEcr:
            errors_ = 0;
            return true;
        case kIlpr:
            low_power_ = value & 0xff;
            return true;
        case kIbrd:
            integer_divisor_ = value & 0xffff;
            return true;
        case kFbrd:
            fraction_divisor_ = value & 0x3f;
            return true;
        case kLcrH:
            store_line_control(value);
            return true;
        case kCr:
            control_ = value & 0xff87;
            return true;
        case kIfls:
            levels_ = value & 0x3f;
            return true;
        case kImsc:
            mask_ = value & kAllInterrupts;
            return true;
        case kIcr:
            raw_ &= ~value;
            return true;
        case kDmacr:
            dma_ = value & 7;
            return true;
        case kFr:
        case kRis:
        case kMis:
            return true;  // read-only
        default:
            return false;
    }
}

bool VirtualPl011::read(u32 offset, u32 bytes, u64& value) {
    u32 word = 0;
    if (!is_access(offset, bytes) || !load_register(offset, word)) return false;
    value = low_bytes(word, bytes);
    return true;
}

bool VirtualPl011::write(u32 offset, u32 bytes, u64 value) {
    return is_access(offset, bytes) && store_register(offset, static_cast<u32>(low_bytes(value, bytes)));
}

}  // namespace ws
