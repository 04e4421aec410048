// SPDX-License-Identifier: Apache-2.0
// The virtio console and the source of random bytes.
#include "hyp/vmm/virtio/console_device.hpp"
#include "hyp/vmm/virtio/entropy_device.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;

namespace {

struct Console {
    static constexpr u32 kRx = ConsoleDevice::kReceiveQueue, kTx = ConsoleDevice::kTransmitQueue;

    void start(u64 features = VirtioDriver::kAllRings) {
        REQUIRE(driver.negotiate(features));
        rx.emplace(driver, kRx, 8);
        tx.emplace(driver, kTx, 8);
        driver.start();
    }
    u32 type(const std::string& text) {
        return device.receive(reinterpret_cast<const u8*>(text.data()), static_cast<u32>(text.size()));
    }
    /// What the driver finds in its next receive buffer, which it had at `buffer`.
    std::string received(u64 buffer) {
        const auto used = rx->used();
        return used ? ram.text(buffer, used->bytes) : "(nothing)";
    }

    GuestRam ram;
    Wire wire;
    std::string sent;
    ConsoleDevice device{ram.memory(), wire.line(),
                         [](void* context, const u8* characters, u32 bytes) {
                             *static_cast<std::string*>(context) +=
                                 std::string(reinterpret_cast<const char*>(characters), bytes);
                         },
                         &sent};
    VirtioDriver driver{device.transport(), ram};
    std::optional<DriverQueue> rx, tx;
};

struct Entropy {
    Entropy() {
        REQUIRE(driver.negotiate(0));
        queue.emplace(driver, 0, 8);
        driver.start();
    }
    /// Bytes that are never 0.
    static u32 source(void* context, u8* to, u32 bytes) {
        auto* self = static_cast<Entropy*>(context);
        const u32 got = bytes < self->left ? bytes : self->left;
        for (u32 i = 0; i < got; ++i) to[i] = static_cast<u8>(1 + i % 255);
        self->left -= got;
        return got;
    }

    u32 left = ~0U;
    GuestRam ram;
    Wire wire;
    EntropyDevice device{ram.memory(), wire.line(), source, this};
    VirtioDriver driver{device.transport(), ram};
    std::optional<DriverQueue> queue;
    u64 buffer = ram.allocate(1024);
};

}  // namespace

TEST_CASE("the virtio console sends what the guest writes") {
    Console console;
    CHECK(console.driver.get(mmio::kDeviceId) == 3);
    console.start();
    console.tx->add({{console.ram.place("hello, "), 7}, {console.ram.place("world"), 5}});
    console.tx->add_indirect({{console.ram.place("!\n"), 2}});
    CHECK(console.tx->kick());
    CHECK(console.sent.empty());  // until the device is served
    console.tx->want_interrupt_after(2);
    CHECK_FALSE(console.device.service());
    CHECK(console.sent == "hello, world!\n");
    CHECK(console.tx->used()->bytes == 0);
    CHECK(console.tx->used());
    CHECK(console.wire.high);
    CHECK(console.driver.take_interrupt() == interrupt::kUsedBuffer);
    CHECK_FALSE(console.wire.high);
    console.tx->add({{console.ram.place("more"), 4}});
    CHECK(console.tx->kick());
    console.device.service();
    CHECK(console.sent == "hello, world!\nmore");
}

TEST_CASE("the virtio console fills the guest's buffers with what arrives") {
    Console console;
    console.start();
    const u64 buffer = console.ram.allocate(64);
    console.rx->add({{buffer, 4, true}});
    console.rx->add({{buffer + 8, 2, true}, {buffer + 16, 8, true}});
    console.rx->kick();
    console.device.service();
    CHECK_FALSE(console.rx->used());
    CHECK(console.type("abc") == 3);
    CHECK(console.wire.high);
    CHECK(console.received(buffer) == "abc");
    console.driver.take_interrupt();
    CHECK(console.type("defg") == 4);
    CHECK(console.received(buffer + 8) == "de" + std::string(2, '\0'));
    CHECK(console.ram.text(buffer + 16, 2) == "fg");
    // No buffer is left: the next one takes it when the driver gives it.
    CHECK(console.type("hi") == 2);
    CHECK_FALSE(console.rx->used());
    console.rx->add({{buffer, 1, true}});
    CHECK(console.rx->kick());
    console.device.service();
    CHECK(console.received(buffer) == "h");
    console.rx->add({{buffer, 8, true}});
    CHECK(console.rx->kick());
    console.device.service();
    CHECK(console.received(buffer) == "i");
}

TEST_CASE("the virtio console keeps a bounded part of what arrives before the driver") {
    Console console;
    const u32 room = console.device.room();
    std::string text;
    for (u32 i = 0; i < room; ++i) text += static_cast<char>('a' + i % 26);
    CHECK(console.type(text.substr(0, 10)) == 10);
    CHECK(console.type(text.substr(10) + "too much") == room - 10);
    CHECK(console.device.room() == 0);
    CHECK(console.type("x") == 0);
    console.start();  // and its reset does not lose it
    std::string received;
    const u64 buffer = console.ram.allocate(100);
    for (u32 more = 0; received.size() < text.size() && more < 100; ++more) {
        console.rx->add({{buffer, 100, true}});
        console.rx->kick();
        console.device.service();
        received += console.received(buffer);
        if (more < 5) {  // around the buffer's end
            CHECK(console.type("0123456789") == 10);
            text += "0123456789";
        }
    }
    CHECK(received == text);
    console.type("gone");
    console.device.reset();
    CHECK(console.device.room() == room);
    CHECK(console.driver.status() == 0);
}

TEST_CASE("the virtio console is broken by its driver alone") {
    Console console;
    console.start();
    console.tx->make_available(77);
    console.tx->kick();
    CHECK_FALSE(console.device.service());
    CHECK(console.driver.needs_reset());
    CHECK(console.driver.take_interrupt() == interrupt::kConfigurationChange);
    const u64 buffer = console.ram.allocate(8);
    console.rx->add({{buffer, 8, true}});
    console.type("kept");
    CHECK_FALSE(console.rx->used());
    console.start();
    CHECK_FALSE(console.driver.needs_reset());
    console.rx->add({{buffer, 8, true}});
    console.rx->kick();
    console.device.service();
    CHECK(console.received(buffer) == "kept");
}

TEST_CASE("the virtio console sends nothing of a chain that breaks a rule") {
    Console console;
    console.start();
    console.tx->add({{console.ram.place("good"), 4}});
    console.tx->add({{console.ram.place("bad"), 3}, {console.ram.end(), 1}});
    console.tx->kick();
    console.device.service();
    CHECK(console.sent == "good");
    CHECK(console.tx->used());
    CHECK_FALSE(console.tx->used());
    CHECK(console.driver.needs_reset());
}

TEST_CASE("the entropy device fills buffers") {
    Entropy entropy;
    CHECK(entropy.driver.get(mmio::kDeviceId) == 4);
    entropy.queue->add({{entropy.buffer, 5, true}, {entropy.buffer + 8, 3, true}});
    entropy.queue->add({{entropy.buffer + 16, 1000, true}});
    entropy.queue->kick();
    CHECK_FALSE(entropy.device.service());
    CHECK(entropy.queue->used()->bytes == 8);
    CHECK(entropy.ram.text(entropy.buffer, 11) == std::string("\1\2\3\4\5\0\0\0\6\7\10", 11));
    const auto used = entropy.queue->used();
    REQUIRE(used);
    CHECK(used->bytes > 0);  // as much as the device likes
    CHECK(used->bytes <= 1000);
    CHECK(entropy.ram.get<u8>(entropy.buffer + 16) == 1);
    CHECK(entropy.ram.get<u8>(entropy.buffer + 15 + used->bytes) != 0);
    CHECK(entropy.ram.get<u8>(entropy.buffer + 16 + used->bytes) == 0);
    CHECK(entropy.driver.take_interrupt() == interrupt::kUsedBuffer);
}

TEST_CASE("the entropy device waits when its source is dry") {
    Entropy entropy;
    entropy.left = 3;
    entropy.queue->add({{entropy.buffer, 8, true}});
    entropy.queue->add({{entropy.buffer + 8, 8, true}});
    entropy.queue->kick();
    CHECK_FALSE(entropy.device.service());
    CHECK(entropy.queue->used()->bytes == 3);
    CHECK_FALSE(entropy.queue->used());
    entropy.left = 100;
    entropy.device.transport().notify(0);
    entropy.device.service();
    CHECK(entropy.queue->used()->bytes == 8);
}

TEST_CASE("the entropy device writes nothing where it may only read") {
    Entropy entropy;
    entropy.queue->add({{entropy.buffer, 8}});
    entropy.queue->kick();
    entropy.device.service();
    CHECK(entropy.queue->used()->bytes == 0);
    CHECK(entropy.ram.text(entropy.buffer, 8) == std::string(8, '\0'));
}
