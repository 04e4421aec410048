// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/smp.hpp"

namespace guest {

namespace {

constexpr u64 kLineControl = 0x2c;
constexpr u32 kEightBits = 3 << 5;  // and no FIFOs: an interrupt for each character

const char* to_send = "";
u64 transmit_interrupts;

char received[128];
u64 received_count;
u64 receive_interrupts;

/// A character more, or the end. Without FIFOs the interrupt means that there is room for one (DDI 0183, 3.4.2).
void on_transmit() {
    ++transmit_interrupts;
    if (*to_send == '\0') {
        uart::write(uart::kMask, uart::read(uart::kMask) & ~uart::kTransmitInterrupt);
        uart::write(uart::kClear, uart::kTransmitInterrupt);
        return;
    }
    uart::write(uart::kClear, uart::kTransmitInterrupt);
    const char* const next = to_send;
    store(to_send, next + 1);
    uart::put(*next);
}

void on_receive() {
    ++receive_interrupts;
    // First: what comes after the last look below asks again.
    uart::write(uart::kClear, uart::kReceiveInterrupt | uart::kReceiveTimeout);
    while ((uart::read(uart::kFlags) & uart::kFlagReceiveEmpty) == 0) {
        const char character = static_cast<char>(uart::read(uart::kData));
        expect(received_count < sizeof(received), "more characters than there is room for");
        received[received_count] = character;
        store(received_count, received_count + 1);
        uart::put(character);
    }
}

void on_irq(u32 intid) {
    expect(intid == machine().uart_intid, "interrupt", intid, "that nobody asked for");
    const u32 status = uart::read(uart::kMaskedStatus);
    expect(status != 0, "an interrupt of the UART although UARTMIS is 0");
    if ((status & (uart::kReceiveInterrupt | uart::kReceiveTimeout)) != 0) on_receive();
    if ((status & uart::kTransmitInterrupt) != 0) on_transmit();
    gic::end(intid);
}

void check_identity() {
    // Part 0x011, designer Arm; the revision is left open (DDI 0183, 3.3.14 and 3.3.15).
    constexpr u32 kWanted[] = {0x11, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    constexpr u32 kMask[] = {0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (u64 i = 0; i < 8; ++i) {
        const u32 is = uart::read(uart::kPeripheralId + 4 * i);
        expect((is & kMask[i]) == kWanted[i], "identification register", i, "is", hex(is));
    }
}

void send_by_polling() {
    for (const char* at = "guest: sent by polling\n"; *at != '\0'; ++at) uart::put(*at);
    wait_until([] { return (uart::read(uart::kFlags) & uart::kFlagTransmitFull) == 0; }, "room in the transmit FIFO");
}

void send_by_interrupt() {
    store(to_send, "uest: sent by interrupt\n");
    uart::write(uart::kClear, uart::kTransmitInterrupt);
    uart::put('g');  // the first one comes from elsewhere: the interrupt is for what follows it
    uart::write(uart::kMask, uart::kTransmitInterrupt);
    wait_until([] { return (uart::read(uart::kMask) & uart::kTransmitInterrupt) == 0; }, "the transmit interrupts");
    expect(load(transmit_interrupts) == 25, "transmit interrupts:", load(transmit_interrupts), "instead of 25");
}

/// True if there was something to receive. Waits without a time limit: whoever sends it may take a while.
bool receive_and_compare() {
    char wanted[sizeof(received)] = "";
    if (!argument("expect", wanted, sizeof(wanted))) return false;
    u64 length = 0;
    while (wanted[length] != '\0') ++length;
    const u64 count = number_argument("receive", length);
    expect(count <= length, "receive= is more than expect= has");
    uart::write(uart::kMask, uart::kReceiveInterrupt | uart::kReceiveTimeout);
    print("guest: ready\n");
    mask_irq();
    while (load(received_count) < count) {
        asm volatile("wfi" ::: "memory");
        unmask_irq();
        ws::hw::isb();
        mask_irq();
    }
    uart::put('\n');
    for (u64 i = 0; i < count; ++i) {
        expect(received[i] == wanted[i], "character", i, "is", hex(static_cast<u8>(received[i])), "instead of",
               hex(static_cast<u8>(wanted[i])));
    }
    print("guest: ", count, " characters received, ", receive_interrupts, " interrupts\n");
    return true;
}

}  // namespace

u64 main() {
    expect(machine().uart != 0 && machine().uart_intid == 33, "the UART is at", hex(machine().uart), "INTID",
           machine().uart_intid);
    set_irq_handler(on_irq);
    gic::init_distributor();
    gic::init_cpu();
    uart::write(uart::kMask, 0);
    uart::write(kLineControl, kEightBits);
    uart::write(uart::kControl, uart::kControlOn);
    gic::enable(machine().uart_intid);
    unmask_irq();
    check_identity();
    send_by_polling();
    send_by_interrupt();
    receive_and_compare();
    print("guest: the serial port works\n");
    return 0;
}

}  // namespace guest
