// SPDX-License-Identifier: Apache-2.0
// The device's side of a split virtqueue: what drivers do, and what none may do.
#include "tests/unit/catch.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;
using Next = Virtqueue::Next;

namespace {

constexpr u32 kQueueSize = 8;
constexpr u16 kFollowed = DriverQueue::kNext, kWritable = DriverQueue::kWrite, kIndirect = DriverQueue::kIndirect;

/// A driver and a device with one queue between them.
struct DriverAndDevice {
    explicit DriverAndDevice(u64 features = VirtioDriver::kAllRings, u32 size = kQueueSize) {
        REQUIRE(driver.negotiate(features));
        rings.emplace(driver, 0, size);
        driver.start();
        REQUIRE(queue().ready());
    }
    Virtqueue& queue() { return device.queue(0); }
    /// A descriptor of the table, with memory that is there.
    void describe(u32 number, u16 flags, u16 next = 0) {
        rings->write_descriptor(rings->descriptors(), number, buffer, 16, flags, next);
    }
    Next pop() { return queue().pop(chain); }
    /// The chain at `head` breaks the queue, and nothing mends it but a reset.
    void check_refused(u16 head) {
        rings->make_available(head);
        CHECK(pop() == Next::broken);
        CHECK(queue().broken());
        describe(0, 0);
        rings->make_available(0);
        CHECK(pop() == Next::broken);
        queue().push(chain, 1);
        CHECK(rings->used_index() == 0);
        CHECK_FALSE(queue().should_interrupt());
    }

    GuestRam ram;
    Wire wire;
    Transport device{Identity{42, 1, 0, nullptr, 0}, ram.memory(), wire.line()};
    VirtioDriver driver{device, ram};
    std::optional<DriverQueue> rings;
    u64 buffer = ram.allocate(4096);
    Chain chain;
};

}  // namespace

TEST_CASE("guest memory is reached only where all of it is RAM") {
    u8 ram[4096];
    const GuestMemory memory(Ipa(0x4000'0000), ram, sizeof(ram));
    CHECK(memory.at(Ipa(0x4000'0000), 4096) == ram);
    CHECK(memory.at(Ipa(0x4000'0fff), 1) == ram + 4095);
    CHECK(memory.at(Ipa(0x4000'0000), 4097) == nullptr);
    CHECK(memory.at(Ipa(0x4000'0fff), 2) == nullptr);
    CHECK(memory.at(Ipa(0x4000'1000), 1) == nullptr);
    CHECK(memory.at(Ipa(0x3fff'ffff), 1) == nullptr);
    CHECK(memory.at(Ipa(0x3fff'ffff), 2) == nullptr);
    CHECK(memory.at(Ipa(0x4000'0000), ~0ULL) == nullptr);
    CHECK(memory.at(Ipa(0x4000'0001), ~0ULL) == nullptr);
    CHECK(memory.at(Ipa(~0ULL), 1) == nullptr);
    CHECK(memory.at(Ipa(~0ULL), 2) == nullptr);
    CHECK(memory.at(Ipa(0x4000'0000), 0) == nullptr);
    CHECK(GuestMemory().at(Ipa(0), 1) == nullptr);
}

TEST_CASE("a virtqueue gives chains in order and gives them back") {
    DriverAndDevice pair;
    CHECK(pair.pop() == Next::none);
    const u64 hello = pair.ram.place("hello "), world = pair.ram.place("world");
    const u16 first = pair.rings->add({{hello, 6}, {world, 5}, {pair.buffer, 3, true}, {pair.buffer + 100, 4, true}});
    const u16 second = pair.rings->add({{pair.buffer, 9, true}});
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.head == first);
    CHECK(pair.chain.readable == 2);
    CHECK(pair.chain.writable == 2);
    CHECK(pair.chain.readable_bytes == 11);
    CHECK(pair.chain.writable_bytes == 7);
    u8 text[20] = {};
    CHECK(pair.chain.input().read(text, sizeof(text)) == 11);
    CHECK(std::string(reinterpret_cast<char*>(text)) == "hello world");
    CHECK(pair.chain.output().write(reinterpret_cast<const u8*>("answers"), 7) == 7);
    pair.queue().push(pair.chain, 7);
    CHECK(pair.ram.text(pair.buffer, 4) == std::string("ans\0", 4));
    CHECK(pair.ram.text(pair.buffer + 100, 4) == "wers");

    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.head == second);
    pair.queue().put_back();
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.head == second);
    CHECK(pair.chain.readable == 0);
    pair.queue().push(pair.chain, 5);
    CHECK(pair.pop() == Next::none);

    auto used = pair.rings->used();
    REQUIRE(used);
    CHECK(used->head == first);
    CHECK(used->bytes == 7);
    used = pair.rings->used();
    REQUIRE(used);
    CHECK(used->head == second);
    CHECK(used->bytes == 5);
    CHECK_FALSE(pair.rings->used());
}

TEST_CASE("a cursor crosses segments of every size") {
    u8 bytes[6] = {1, 2, 3, 4, 5, 6};
    const Segment segments[] = {{bytes, 1}, {bytes + 1, 3}, {bytes + 4, 2}};
    Cursor cursor(segments, 3);
    u16 value = 0;
    CHECK(cursor.read(value));
    CHECK(value == 0x0201);
    CHECK(cursor.together() == 2);
    const Segment piece = cursor.next(1);
    CHECK(piece.data == bytes + 2);
    CHECK(piece.bytes == 1);
    CHECK(cursor.skip(2) == 2);
    CHECK_FALSE(cursor.read(value));
    CHECK(value == 0x0201);
    CHECK(cursor.next(1).bytes == 0);
    CHECK(cursor.together() == 0);
    CHECK(cursor.skip(1) == 0);
}

TEST_CASE("a virtqueue goes around its ring and its indices many times") {
    for (const u64 features : {VirtioDriver::kAllRings, u64{0}}) {
        DriverAndDevice pair(features);
        u32 interrupts = 0, kicks = 0;
        bool right = true;
        constexpr u32 kRounds = 3 * 65536 + 5;
        for (u32 i = 0; i < kRounds; ++i) {
            const u16 head = pair.rings->add({{pair.buffer + i % 64, 1 + i % 7, true}});
            pair.rings->want_interrupt_after(1);
            kicks += pair.rings->kick() ? 1 : 0;
            right =
                right && pair.pop() == Next::chain && pair.chain.head == head && pair.chain.writable_bytes == 1 + i % 7;
            pair.queue().push(pair.chain, i % 7);
            interrupts += pair.queue().should_interrupt() ? 1 : 0;
            right = right && pair.pop() == Next::none && !pair.queue().ask_for_notification();
            const auto used = pair.rings->used();
            right = right && used && used->head == head && used->bytes == i % 7;
            if (!right) FAIL("round " << i);
        }
        CHECK(interrupts == kRounds);
        CHECK(kicks == kRounds);
    }
}

TEST_CASE("a virtqueue may be as full as it is long") {
    for (const u32 size : {1U, 2U, 8U, Virtqueue::kMaxSize}) {
        DriverAndDevice pair(VirtioDriver::kAllRings, size);
        for (u32 round = 0; round < 3; ++round) {
            for (u32 i = 0; i < size; ++i) pair.rings->add({{pair.buffer, 1}});
            u32 chains = 0;
            for (; pair.pop() == Next::chain; ++chains) pair.queue().push(pair.chain, 0);
            CHECK(chains == size);
            CHECK_FALSE(pair.queue().broken());
        }
    }
}

TEST_CASE("a chain may be as long as its queue, and indirect ones as long as any queue") {
    DriverAndDevice pair;
    pair.rings->add(std::vector<DriverQueue::Buffer>(kQueueSize, {pair.buffer, 2}));
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.readable == kQueueSize);
    CHECK(pair.chain.readable_bytes == 2 * kQueueSize);
    pair.rings->add_indirect(std::vector<DriverQueue::Buffer>(Chain::kMaxSegments, {pair.buffer, 3, true}));
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.writable == Chain::kMaxSegments);
    CHECK(pair.chain.writable_bytes == 3 * Chain::kMaxSegments);
}

TEST_CASE("an indirect table may be the end of a chain, and lie anywhere") {
    DriverAndDevice pair;
    const u64 table = pair.ram.allocate(16, 16) + 3;
    pair.ram.allocate(64);
    pair.rings->write_descriptor(table, 0, pair.buffer, 5, kFollowed, 2);
    pair.rings->write_descriptor(table, 2, pair.buffer, 7, kWritable, 99);
    pair.describe(0, kFollowed, 3);
    pair.rings->write_descriptor(pair.rings->descriptors(), 3, table, 48, kIndirect | kWritable, 0);
    pair.rings->make_available(0);
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.chain.readable == 2);
    CHECK(pair.chain.readable_bytes == 21);
    CHECK(pair.chain.writable_bytes == 7);
}

TEST_CASE("without event indices the available ring's flag keeps interrupts away") {
    DriverAndDevice pair(feature::kIndirectDesc);
    CHECK_FALSE(pair.queue().should_interrupt());  // nothing has been pushed
    for (const u16 flags : {u16{0}, u16{1}, u16{0}, u16{0}}) {
        pair.rings->set_flags(flags);
        pair.rings->add({{pair.buffer, 1}});
        REQUIRE(pair.pop() == Next::chain);
        pair.queue().push(pair.chain, 0);
        CHECK(pair.queue().should_interrupt() == (flags == 0));
        CHECK_FALSE(pair.queue().should_interrupt());
    }
    CHECK(pair.ram.get<u16>(pair.rings->used_ring()) == 0);
}

TEST_CASE("the driver's event index says when to interrupt") {
    DriverAndDevice pair;
    pair.rings->set_flags(1);  // means nothing now
    pair.rings->want_interrupt_after(3);
    bool interrupts[4];
    for (bool& interrupt : interrupts) {
        pair.rings->add({{pair.buffer, 1}});
        REQUIRE(pair.pop() == Next::chain);
        pair.queue().push(pair.chain, 0);
        interrupt = pair.queue().should_interrupt();
    }
    CHECK_FALSE(interrupts[0]);
    CHECK_FALSE(interrupts[1]);
    CHECK(interrupts[2]);
    CHECK_FALSE(interrupts[3]);
    // Several at once go past it.
    while (pair.rings->used()) {
    }
    pair.rings->want_interrupt_after(2);
    for (u32 i = 0; i < 4; ++i) {
        pair.rings->add({{pair.buffer, 1}});
        REQUIRE(pair.pop() == Next::chain);
        pair.queue().push(pair.chain, 0);
    }
    CHECK(pair.queue().should_interrupt());
}

TEST_CASE("the device's event index says when to notify") {
    DriverAndDevice pair;
    pair.rings->add({{pair.buffer, 1}});
    CHECK(pair.rings->kick());
    pair.rings->add({{pair.buffer, 1}});
    CHECK_FALSE(pair.rings->kick());  // the device is at work
    REQUIRE(pair.pop() == Next::chain);
    CHECK(pair.queue().ask_for_notification());  // one is there already
    REQUIRE(pair.pop() == Next::chain);
    CHECK_FALSE(pair.queue().ask_for_notification());
    CHECK(pair.rings->available_event() == 2);
    pair.rings->add({{pair.buffer, 1}});
    CHECK(pair.rings->kick());
}

TEST_CASE("a queue is started only with rings as they have to be") {
    GuestRam ram;
    const GuestMemory memory = ram.memory();
    const auto start = [&](u32 size, u64 descriptors, u64 available, u64 used) {
        Virtqueue queue;
        const bool good = queue.start(memory, {size, Ipa(descriptors), Ipa(available), Ipa(used)}, {});
        CHECK(queue.ready() == good);
        CHECK(queue.broken() == !good);
        return good;
    };
    constexpr u64 kD = GuestRam::kStart, kA = kD + 0x1000, kU = kD + 0x2000;
    CHECK(start(8, kD, kA, kU));
    CHECK(start(1, kD, kA + 2, kU + 4));
    CHECK(start(Virtqueue::kMaxSize, kD + 16, kA, kU));
    CHECK_FALSE(start(0, kD, kA, kU));
    CHECK_FALSE(start(3, kD, kA, kU));
    CHECK_FALSE(start(2 * Virtqueue::kMaxSize, kD, kA, kU));
    CHECK_FALSE(start(1U << 31, kD, kA, kU));
    CHECK_FALSE(start(8, kD + 8, kA, kU));
    CHECK_FALSE(start(8, kD, kA + 1, kU));
    CHECK_FALSE(start(8, kD, kA, kU + 2));
    // The last place that is in RAM, and the next one.
    CHECK(start(8, ram.end() - 8 * 16, kA, kU));
    CHECK_FALSE(start(8, ram.end() - 7 * 16, kA, kU));
    CHECK(start(8, kD, ram.end() - 22, kU));
    CHECK_FALSE(start(8, kD, ram.end() - 20, kU));
    CHECK(start(8, kD, kA, ram.end() - 72));
    CHECK_FALSE(start(8, kD, kA, ram.end() - 68));
    CHECK_FALSE(start(8, kD - 16, kA, kU));
    CHECK_FALSE(start(8, 0, kA, kU));
    CHECK_FALSE(start(8, ~0ULL - 15, kA, kU));
}

TEST_CASE("a loop of descriptors breaks the queue") {
    DriverAndDevice pair;
    pair.describe(0, kFollowed, 1);
    pair.describe(1, kFollowed, 2);
    pair.describe(2, kFollowed, 0);
    pair.check_refused(0);
    DriverAndDevice alone;
    alone.describe(4, kFollowed, 4);
    alone.check_refused(4);
}

TEST_CASE("a loop in an indirect table breaks the queue") {
    DriverAndDevice pair;
    const u64 table = pair.ram.allocate(32);
    pair.rings->write_descriptor(table, 0, pair.buffer, 1, kFollowed, 1);
    pair.rings->write_descriptor(table, 1, pair.buffer, 1, kFollowed, 0);
    pair.rings->write_descriptor(pair.rings->descriptors(), 0, table, 32, kIndirect, 0);
    pair.check_refused(0);
}

TEST_CASE("a readable descriptor behind a writable one breaks the queue") {
    DriverAndDevice pair;
    pair.describe(0, kFollowed | kWritable, 1);
    pair.describe(1, 0);
    pair.check_refused(0);
}

TEST_CASE("a descriptor of what is not RAM breaks the queue") {
    const GuestRam ram;
    struct {
        u64 address;
        u32 bytes;
    } const wild[] = {
        {ram.end() - 4, 5},           {ram.end(), 1}, {GuestRam::kStart - 1, 2}, {0, 1},
        {GuestRam::kStart, ~0U},      {~0ULL, 1},     {~0ULL - 3, 16},           {ram.end() - 1, 0xffff'fff0},
        {0xffff'ffff'4000'0000, 4096}};
    for (const auto& descriptor : wild) {
        for (const u16 flags : {u16{0}, kWritable, kIndirect}) {
            INFO("address " << descriptor.address << ", bytes " << descriptor.bytes << ", flags " << flags);
            DriverAndDevice pair;
            const u32 bytes = flags == kIndirect ? (descriptor.bytes + 15) & ~15U : descriptor.bytes;
            pair.rings->write_descriptor(pair.rings->descriptors(), 0, descriptor.address, bytes, flags, 0);
            pair.check_refused(0);
        }
    }
}

TEST_CASE("a descriptor of no bytes breaks the queue") {
    for (const u16 flags : {u16{0}, kWritable, kIndirect}) {
        DriverAndDevice pair;
        pair.rings->write_descriptor(pair.rings->descriptors(), 0, pair.buffer, 0, flags, 0);
        pair.check_refused(0);
    }
}

TEST_CASE("a chain of 4 GiB breaks the queue") {
    // The queue looks at addresses only: most of this RAM need not be there.
    GuestRam ram;
    const GuestMemory large(Ipa(GuestRam::kStart), ram.memory().at(Ipa(GuestRam::kStart), 1), 4ULL << 30);
    for (const u32 last : {0x4000'0000U, 0x3fff'ffffU}) {
        Wire wire;
        Transport device{Identity{42, 1, 0, nullptr, 0}, large, wire.line()};
        VirtioDriver driver{device, ram};
        REQUIRE(driver.negotiate(0));
        DriverQueue rings(driver, 0, kQueueSize);
        driver.start();
        constexpr u64 kAt = GuestRam::kStart;
        rings.add({{kAt, 0x4000'0000}, {kAt, 0x4000'0000}, {kAt, 0x4000'0000, true}, {kAt, last, true}});
        Chain chain;
        CHECK(device.queue(0).pop(chain) == (last == 0x4000'0000 ? Next::broken : Next::chain));
        if (last != 0x4000'0000) CHECK(chain.writable_bytes == 0x7fff'ffff);
    }
}

TEST_CASE("a chain of more segments than there may be breaks the queue") {
    DriverAndDevice pair;
    pair.rings->add_indirect(std::vector<DriverQueue::Buffer>(Chain::kMaxSegments + 1, {pair.buffer, 1}));
    CHECK(pair.pop() == Next::broken);
}

TEST_CASE("a descriptor's next must be in its table") {
    for (const u16 next : {u16{kQueueSize}, u16{0x7fff}, u16{0xffff}}) {
        DriverAndDevice pair;
        pair.describe(0, kFollowed, next);
        pair.check_refused(0);
        DriverAndDevice indirect;
        const u64 table = indirect.ram.allocate(48);
        indirect.rings->write_descriptor(table, 2, indirect.buffer, 1, 0, 0);  // good, but beyond the table's end
        indirect.rings->write_descriptor(table, 0, indirect.buffer, 1, kFollowed, next == kQueueSize ? u16{2} : next);
        indirect.rings->write_descriptor(indirect.rings->descriptors(), 0, table, 32, kIndirect, 0);
        indirect.check_refused(0);
    }
}

TEST_CASE("a chain's head must be in the table") {
    for (const u16 head : {u16{kQueueSize}, u16{0xffff}}) {
        DriverAndDevice pair;
        pair.check_refused(head);
    }
}

TEST_CASE("an indirect descriptor must be the only one, whole, and negotiated") {
    const auto refused = [](u64 features, u16 flags, u32 bytes, u16 inner) {
        DriverAndDevice pair(features);
        const u64 table = pair.ram.allocate(64);
        pair.rings->write_descriptor(table, 0, table, 32, inner, 0);
        pair.rings->write_descriptor(pair.rings->descriptors(), 0, table, bytes, flags, 1);
        pair.describe(1, 0);
        pair.check_refused(0);
    };
    refused(feature::kEventIdx, kIndirect, 32, 0);
    refused(VirtioDriver::kAllRings, kIndirect | kFollowed, 32, 0);
    refused(VirtioDriver::kAllRings, kIndirect, 24, 0);
    refused(VirtioDriver::kAllRings, kIndirect, 8, 0);
    refused(VirtioDriver::kAllRings, kIndirect, 32, kIndirect);  // nested
}

TEST_CASE("an available index that is further ahead than the queue is long breaks it") {
    for (const u32 ahead : {kQueueSize + 1, 0x8000U, 0xffffU}) {
        DriverAndDevice pair;
        for (u32 i = 0; i < kQueueSize; ++i) pair.describe(i, 0);
        pair.rings->set_available_index(static_cast<u16>(ahead));
        CHECK(pair.pop() == Next::broken);
    }
    DriverAndDevice pair;
    pair.describe(0, 0);
    pair.rings->make_available(0);
    REQUIRE(pair.pop() == Next::chain);
    pair.rings->set_available_index(0);  // back: 65535 ahead
    CHECK(pair.pop() == Next::broken);
}
