// SPDX-License-Identifier: Apache-2.0
// The virtio network card.
#include "hyp/vmm/virtio/network_device.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;

namespace {

constexpr u8 kMac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr u32 kHeaderBytes = 12;

struct Card {
    static constexpr u32 kRx = NetworkDevice::kReceiveQueue, kTx = NetworkDevice::kTransmitQueue;

    void start() {
        REQUIRE(driver.negotiate(VirtioDriver::kAllRings | 1ULL << 5 | 1ULL << 3));
        rx.emplace(driver, kRx, 8);
        tx.emplace(driver, kTx, 8);
        driver.start();
    }
    bool receive(const std::string& frame) {
        return device.receive(reinterpret_cast<const u8*>(frame.data()), static_cast<u32>(frame.size()));
    }
    void send(const std::vector<DriverQueue::Buffer>& buffers) {
        tx->add(buffers);
        tx->kick();
        device.service();
    }

    GuestRam ram;
    Wire wire;
    bool wire_is_free = true;
    std::vector<std::string> sent;
    NetworkDevice device{ram.memory(), wire.line(), kMac,
                         [](void* context, const u8* frame, u32 bytes) {
                             auto* self = static_cast<Card*>(context);
                             if (!self->wire_is_free) return false;
                             self->sent.emplace_back(reinterpret_cast<const char*>(frame), bytes);
                             return true;
                         },
                         this};
    VirtioDriver driver{device.transport(), ram};
    std::optional<DriverQueue> rx, tx;
};

std::string frame_of(u32 bytes) {
    std::string frame;
    for (u32 i = 0; i < bytes; ++i) frame += static_cast<char>(i * 7 + bytes);
    return frame;
}

}  // namespace

TEST_CASE("the network card says its address and its MTU, and offers no offload") {
    Card card;
    CHECK(card.driver.get(mmio::kDeviceId) == 1);
    CHECK(card.driver.offered() == (Transport::kFeatures | 1ULL << 5 | 1ULL << 3));
    for (u32 i = 0; i < 6; ++i) CHECK(card.driver.config(i, 1) == kMac[i]);
    CHECK(card.driver.config(10, 2) == 1500);
}

TEST_CASE("the network card sends frames however they are cut") {
    Card card;
    card.start();
    const std::string header(kHeaderBytes, '\0');
    const std::string frame = frame_of(NetworkDevice::kMaxFrameBytes);
    const u64 whole = card.ram.place(header + frame);
    const auto bytes = static_cast<u32>(header.size() + frame.size());
    card.send({{whole, bytes}});
    card.send({{whole, kHeaderBytes}, {whole + kHeaderBytes, bytes - kHeaderBytes}});
    card.send({{whole, 5}, {whole + 5, 10}, {whole + 15, 1}, {whole + 16, bytes - 16}});
    card.send({{whole, kHeaderBytes + NetworkDevice::kMinFrameBytes}});
    REQUIRE(card.sent.size() == 4);
    for (u32 i = 0; i < 3; ++i) CHECK(card.sent[i] == frame);
    CHECK(card.sent[3] == frame.substr(0, NetworkDevice::kMinFrameBytes));
    for (u32 i = 0; i < 4; ++i) CHECK(card.tx->used()->bytes == 0);
    CHECK(card.device.dropped() == 0);
}

TEST_CASE("the network card drops frames of impossible sizes") {
    Card card;
    card.start();
    const u64 memory = card.ram.allocate(4096);
    card.send({{memory, kHeaderBytes}});
    card.send({{memory, kHeaderBytes + NetworkDevice::kMinFrameBytes - 1}});
    card.send({{memory, kHeaderBytes + NetworkDevice::kMaxFrameBytes + 1}});
    CHECK(card.sent.empty());
    CHECK(card.device.dropped() == 3);
    for (u32 i = 0; i < 3; ++i) CHECK(card.tx->used());
    CHECK_FALSE(card.driver.needs_reset());
}

TEST_CASE("a frame without a whole header breaks the network card") {
    Card card;
    card.start();
    card.send({{card.ram.allocate(16), kHeaderBytes - 1}, {card.ram.allocate(64), 64, true}});
    CHECK(card.sent.empty());
    CHECK_FALSE(card.tx->used());
    CHECK(card.driver.needs_reset());
}

TEST_CASE("frames wait in the guest's queue while the network is full") {
    Card card;
    card.start();
    card.wire_is_free = false;
    const u64 memory = card.ram.allocate(128);
    card.send({{memory, 100}});
    card.send({{memory, 101}});
    CHECK_FALSE(card.device.transport().has_work());
    CHECK_FALSE(card.tx->used());
    card.wire_is_free = true;
    card.device.transport().notify(Card::kTx);
    card.device.service();
    REQUIRE(card.sent.size() == 2);
    CHECK(card.sent[0].size() == 88);
    CHECK(card.sent[1].size() == 89);
    CHECK(card.tx->used());
    CHECK(card.tx->used());
}

TEST_CASE("the network card puts a header in front of what it receives") {
    Card card;
    card.start();
    const u64 memory = card.ram.allocate(4096);
    card.ram.put(memory, ~0ULL);
    card.ram.put(memory + 8, ~0ULL);
    card.rx->add({{memory, kHeaderBytes + NetworkDevice::kMaxFrameBytes, true}});
    card.rx->add({{memory + 2000, 7, true}, {memory + 2100, 8, true}, {memory + 2200, 1511, true}});
    const std::string frame = frame_of(NetworkDevice::kMaxFrameBytes);
    const std::string header = std::string(10, '\0') + std::string("\1\0", 2);
    CHECK(card.receive(frame));
    CHECK(card.rx->used()->bytes == kHeaderBytes + frame.size());
    CHECK(card.ram.text(memory, kHeaderBytes + frame.size()) == header + frame);
    CHECK(card.driver.take_interrupt() == interrupt::kUsedBuffer);
    CHECK(card.receive(frame));
    CHECK(card.rx->used());
    CHECK(card.ram.text(memory + 2000, 7) + card.ram.text(memory + 2100, 8) + card.ram.text(memory + 2200, 1511) ==
          header + frame);
}

TEST_CASE("the network card says when the guest has no buffer and when it has one again") {
    Card card;
    card.start();
    CHECK(card.device.can_receive());
    CHECK_FALSE(card.receive(frame_of(60)));
    CHECK_FALSE(card.device.can_receive());
    const u64 memory = card.ram.allocate(2048);
    card.rx->add({{memory, 1600, true}});
    CHECK(card.rx->kick());
    card.device.service();
    CHECK(card.device.can_receive());
    CHECK(card.receive(frame_of(60)));
    CHECK(card.ram.text(memory + kHeaderBytes, 60) == frame_of(60));
    CHECK_FALSE(card.receive(frame_of(60)));
    CHECK(card.device.dropped() == 0);
}

TEST_CASE("a frame that is larger than the guest's buffer is lost and the buffer kept") {
    Card card;
    card.start();
    const u64 memory = card.ram.allocate(2048);
    card.rx->add({{memory, kHeaderBytes + 60, true}});
    CHECK(card.receive(frame_of(61)));
    CHECK_FALSE(card.rx->used());
    CHECK(card.device.dropped() == 1);
    CHECK(card.receive(frame_of(60)));
    CHECK(card.rx->used()->bytes == kHeaderBytes + 60);
}

TEST_CASE("a buffer without room for a header is none for any frame") {
    for (const bool writable : {true, false}) {
        Card card;
        card.start();
        card.rx->add({{card.ram.allocate(2048), writable ? kHeaderBytes - 1 : 2000, writable}});
        CHECK(card.receive(frame_of(60)));
        CHECK_FALSE(card.rx->used());
        CHECK(card.device.dropped() == 1);
    }
}

TEST_CASE("frames for a network card without a driver are lost") {
    Card card;
    CHECK(card.receive(frame_of(60)));
    CHECK(card.device.dropped() == 1);
    card.start();
    card.rx->make_available(55);
    CHECK(card.receive(frame_of(60)));
    CHECK(card.driver.needs_reset());
    CHECK(card.device.dropped() == 2);
    card.device.reset();
    CHECK(card.device.dropped() == 0);
    CHECK(card.driver.status() == 0);
}
