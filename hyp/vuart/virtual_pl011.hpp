// SPDX-License-Identifier: Apache-2.0
// The guest's serial port: an Arm PrimeCell UART PL011 (DDI 0183) as on QEMU's virt board, as a state machine. What the
// guest sends is sent at once, so the transmit FIFO is always empty.
#pragma once

#include "../arch/types.hpp"

namespace ws {

class VirtualPl011 {
  public:
    static constexpr u32 kBytes = 4096;
    static constexpr u32 kFifoDepth = 16;
    using Transmit = void (*)(void* context, u8 character);

    VirtualPl011(Transmit transmit, void* context) : transmit_(transmit), context_(context) {}

    /// As it was made.
    void reset();

    /// An access of the guest. What is no register, or is accessed otherwise than the bus allows, reads as zero and
    /// ignores writes. False: beyond the frame.
    bool read(u32 offset, u32 bytes, u64& value);
    bool write(u32 offset, u32 bytes, u64 value);

    /// A character arrives on the wire. False: it is lost. If the FIFO was full, that is an overrun and the guest is
    /// told.
    bool receive(u8 character);
    /// Would receive() take a character?
    bool can_receive() const { return receiver_on() && count_ < depth(); }

    /// Is UARTINTR high?
    bool irq() const { return (raw_ & mask_) != 0; }

  private:
    bool receiver_on() const;
    bool transmitter_on() const;
    u32 depth() const;
    u32 receive_level() const;
    u32 flags() const;
    u32 take_character();
    void send(u8 character);
    void store_line_control(u32 value);
    void empty_fifo();
    u32 load_register(u32 offset);
    void store_register(u32 offset, u32 value);

    Transmit transmit_;
    void* context_;

    u8 fifo_[kFifoDepth] = {};
    u32 first_ = 0, count_ = 0;
    bool overrun_ = false;  ///< a character was lost since the last that was taken in
    u32 errors_ = 0;        ///< UARTRSR
    u32 raw_ = 0;           ///< UARTRIS
    u32 mask_ = 0;          ///< UARTIMSC
    u32 low_power_ = 0, integer_divisor_ = 0, fraction_divisor_ = 0;  // kept for the guest to read, no more
    u32 line_control_ = 0;
    u32 control_ = 0x300;  ///< UARTCR
    /// Until the guest writes UARTCR the port works in both directions, as the firmware of a real machine leaves it:
    /// Linux's early console, and guests without a driver, send without setting anything up, and no firmware runs
    /// before them here.
    bool as_firmware_left_it_ = true;
    u32 levels_ = 0x12;  ///< UARTIFLS: interrupts when half full
    u32 dma_ = 0;
};

}  // namespace ws
