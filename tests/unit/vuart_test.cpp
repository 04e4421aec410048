// SPDX-License-Identifier: Apache-2.0
// The guest's serial port as a driver sees it.
#include <string>

#include "hyp/vuart/virtual_pl011.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u32 kDr = 0x00, kRsr = 0x04, kFr = 0x18, kLcrH = 0x2c, kCr = 0x30, kIfls = 0x34, kImsc = 0x38, kRis = 0x3c,
              kMis = 0x40, kIcr = 0x44;
constexpr u32 kRx = 1 << 4, kTx = 1 << 5, kRt = 1 << 6, kOe = 1 << 10;
constexpr u32 kRxfe = 1 << 4, kRxff = 1 << 6, kTxfe = 1 << 7;

struct Port {
    std::string sent;
    VirtualPl011 uart{[](void* context, u8 c) { static_cast<Port*>(context)->sent += static_cast<char>(c); }, this};

    u64 get(u32 offset) {
        u64 value = ~0ULL;
        CHECK(uart.read(offset, 4, value));
        return value;
    }
    void set(u32 offset, u64 value) { CHECK(uart.write(offset, 4, value)); }
    void fifos_on() { set(kLcrH, 0x70); }
};

}  // namespace

TEST_CASE("the serial port sends at once, without being set up") {
    Port port;
    CHECK(port.get(kFr) == (kTxfe | kRxfe));
    CHECK(port.get(kCr) == 0x300);
    CHECK(port.get(kRis) == 0);
    for (const char c : std::string("hello\n")) port.set(kDr, static_cast<u8>(c));
    CHECK(port.uart.write(kDr, 1, 0x1'21));  // a byte store sends its byte
    CHECK(port.sent == "hello\n!");
    CHECK(port.get(kFr) == (kTxfe | kRxfe));
}

TEST_CASE("the serial port's transmit interrupt follows each character") {
    Port port;
    port.set(kImsc, kTx);
    CHECK_FALSE(port.uart.irq());
    port.set(kDr, 'a');
    CHECK(port.uart.irq());
    CHECK(port.get(kMis) == kTx);
    port.set(kIcr, kTx);
    CHECK_FALSE(port.uart.irq());
    port.set(kImsc, 0);
    port.set(kDr, 'b');
    CHECK_FALSE(port.uart.irq());
    CHECK(port.get(kRis) == kTx);
    CHECK(port.get(kMis) == 0);
}

TEST_CASE("the serial port's receive FIFO is 16 deep, or 1") {
    Port port;
    CHECK(port.uart.receive('x'));
    CHECK(port.get(kFr) == (kTxfe | kRxff));
    CHECK_FALSE(port.uart.can_receive());
    port.fifos_on();  // and empty
    CHECK(port.get(kFr) == (kTxfe | kRxfe));
    CHECK(port.get(kRis) == 0);
    for (u32 round = 0; round < 3; ++round) {  // around the end of the ring
        for (u8 i = 0; i < 16; ++i) {
            CHECK((port.get(kFr) & kRxff) == 0);
            CHECK(port.uart.can_receive());
            CHECK(port.uart.receive(static_cast<u8>(0xf0 + i)));
        }
        CHECK(port.get(kFr) == (kTxfe | kRxff));
        for (u32 i = 0; i < 16; ++i) CHECK(port.get(kDr) == 0xf0 + i);
        CHECK(port.get(kFr) == (kTxfe | kRxfe));
        CHECK(port.get(kDr) == 0);
        port.uart.receive('s');
        CHECK(port.get(kDr) == 's');
    }
}

TEST_CASE("the serial port's receive interrupt comes at the level that was chosen") {
    const u32 levels[] = {2, 4, 8, 12, 14};
    for (u32 choice = 0; choice < 5; ++choice) {
        INFO("choice " << choice);
        Port port;
        port.fifos_on();
        port.set(kIfls, choice << 3);
        port.set(kImsc, kRx);
        for (u32 i = 1; i < levels[choice]; ++i) {
            port.uart.receive('a');
            CHECK_FALSE(port.uart.irq());
        }
        port.uart.receive('b');
        CHECK(port.uart.irq());
        port.get(kDr);
        CHECK_FALSE(port.uart.irq());
    }
    Port port;
    port.set(kImsc, kRx);
    port.uart.receive('a');  // without FIFOs, each character
    CHECK(port.uart.irq());
    port.get(kDr);
    CHECK_FALSE(port.uart.irq());
}

TEST_CASE("the serial port's time-out interrupt tells of characters below the level") {
    Port port;
    port.fifos_on();
    port.set(kImsc, kRt);
    port.uart.receive('a');
    port.uart.receive('b');
    CHECK(port.uart.irq());
    port.set(kIcr, kRt);
    CHECK_FALSE(port.uart.irq());
    CHECK(port.get(kDr) == 'a');
    CHECK(port.uart.irq());  // one is left
    CHECK(port.get(kDr) == 'b');
    CHECK_FALSE(port.uart.irq());
}

TEST_CASE("the serial port tells of an overrun and keeps what it had") {
    Port port;
    port.fifos_on();
    port.set(kImsc, kOe);
    for (u32 i = 0; i < 16; ++i) port.uart.receive(static_cast<u8>('a' + i));
    CHECK_FALSE(port.uart.irq());
    CHECK_FALSE(port.uart.receive('z'));
    CHECK(port.uart.irq());
    CHECK(port.get(kRsr) == 8);
    CHECK(port.get(kDr) == ('a' | 1U << 11));
    CHECK(port.uart.receive('y'));  // there is room: the error has been told
    CHECK(port.get(kDr) == 'b');
    port.set(kRsr, 0);
    CHECK(port.get(kRsr) == 0);
    port.set(kIcr, kOe);
    CHECK_FALSE(port.uart.irq());
}

TEST_CASE("the serial port does nothing while it is off") {
    for (const u32 control : {0x300U, 0x201U}) {
        Port port;
        port.set(kCr, control);
        port.set(kDr, 'a');
        CHECK(port.sent.empty());
        CHECK(port.get(kRis) == 0);
    }
    for (const u32 control : {0x300U, 0x101U}) {
        Port port;
        port.set(kCr, control);
        CHECK_FALSE(port.uart.can_receive());
        CHECK_FALSE(port.uart.receive('a'));
        CHECK(port.get(kFr) == (kTxfe | kRxfe));
        CHECK(port.get(kRis) == 0);
    }
}

TEST_CASE("the serial port hears itself in loopback") {
    Port port;
    port.set(kCr, 0x381);
    port.set(kDr, 'l');
    CHECK(port.sent.empty());
    CHECK(port.get(kDr) == 'l');
}

TEST_CASE("the serial port's registers keep what a driver writes") {
    struct {
        u32 offset;
        u64 kept;
    } const registers[] = {{0x20, 0xff},  {0x24, 0xffff}, {0x28, 0x3f},   {kLcrH, 0xff},
                           {kCr, 0xff87}, {kIfls, 0x3f},  {kImsc, 0x7ff}, {0x48, 7}};
    Port port;
    for (const auto& r : registers) {
        INFO("offset " << r.offset);
        port.set(r.offset, ~0ULL);
        CHECK(port.get(r.offset) == r.kept);
        u64 value = 0;
        CHECK(port.uart.read(r.offset, 1, value));
        CHECK(value == (r.kept & 0xff));
        port.set(r.offset, 0);
        CHECK(port.get(r.offset) == 0);
    }
    for (const u32 offset : {kFr, kRis, kMis, 0xfe0U, 0xffcU}) {  // read-only
        const u64 before = port.get(offset);
        port.set(offset, ~before);
        CHECK(port.get(offset) == before);
    }
    port.set(kImsc, 0x7ff);
    port.set(kDr, 'a');
    port.uart.reset();
    CHECK(port.get(kCr) == 0x300);
    CHECK(port.get(kIfls) == 0x12);
    CHECK(port.get(kImsc) == 0);
    CHECK(port.get(kRis) == 0);
    port.set(kDr, 'b');
    CHECK(port.sent == "b");
}

TEST_CASE("the serial port says that it is a PL011") {
    Port port;
    const u64 ids[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    for (u32 i = 0; i < 8; ++i) CHECK(port.get(0xfe0 + 4 * i) == ids[i]);
}

TEST_CASE("what is no register of the serial port reads as zero and ignores writes") {
    Port port;
    const auto is_ignored = [&](u32 offset, u32 bytes) {
        INFO("offset " << offset << ", " << bytes << " bytes");
        u64 value = ~0ULL;
        CHECK(port.uart.read(offset, bytes, value));
        CHECK(value == 0);
        CHECK(port.uart.write(offset, bytes, ~0ULL));
    };
    for (const u32 offset : {0x08U, 0x0cU, 0x10U, 0x14U, 0x1cU, 0x4cU, 0x80U, 0x7fcU, 0xfdcU}) {
        for (const u32 bytes : {1U, 2U, 4U}) is_ignored(offset, bytes);
    }
    // Registers, but not accessed as the bus has it.
    for (const u32 offset : {kDr, kFr, kCr, kImsc, 0xfe0U}) {
        is_ignored(offset, 8);
        is_ignored(offset, 0);
        is_ignored(offset, 3);
        is_ignored(offset + 2, 4);
        is_ignored(offset + 2, 2);
        is_ignored(offset + 1, 1);
    }
    CHECK(port.sent.empty());
    CHECK(port.get(kCr) == 0x300);
    CHECK(port.get(kImsc) == 0);
    u64 value = 0;
    CHECK(port.uart.read(kFr, 2, value));
    CHECK(value == (kTxfe | kRxfe));
    for (const u32 offset : {0x1000U, 0x1000'0000U}) {  // beyond its frame
        CHECK_FALSE(port.uart.read(offset, 4, value));
        CHECK_FALSE(port.uart.write(offset, 4, 0));
    }
}

TEST_CASE("the serial port works until UARTCR is written, and then as that says") {
    Port port;
    port.set(kDr, 'a');
    CHECK(port.uart.receive('b'));
    CHECK(port.get(kDr) == 'b');
    port.set(kCr, port.get(kCr));  // neither enabled, as it says
    CHECK(port.get(kCr) == 0x300);
    port.set(kDr, 'c');
    CHECK_FALSE(port.uart.receive('d'));
    port.set(kCr, 0x301);
    port.set(kDr, 'e');
    CHECK(port.sent == "ae");
    port.uart.reset();
    CHECK(port.get(kCr) == 0x300);
    port.set(kDr, 'f');
    CHECK(port.sent == "aef");
}
