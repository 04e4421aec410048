// SPDX-License-Identifier: Apache-2.0
// virtio-mmio as a driver sees it: registers, negotiation, and what it may not do.
#include "hyp/vmm/virtio/empty_slot.hpp"
#include "hyp/vmm/virtio/serve.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;

namespace {

constexpr u64 kOwnFeatures = 1ULL << 3 | 1ULL << 40;
constexpr u8 kConfig[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};

struct TransportMachine {
    GuestRam ram;
    Wire wire;
    Transport device{Identity{42, 2, kOwnFeatures, kConfig, sizeof(kConfig)}, ram.memory(), wire.line()};
    VirtioDriver driver{device, ram};

    /// A driver in the middle of its work, with both queues.
    void start() {
        REQUIRE(driver.negotiate(VirtioDriver::kAllRings));
        for (u32 i = 0; i < 2; ++i) queues.emplace_back(driver, i, 4);
        driver.start();
    }
    std::vector<DriverQueue> queues;
};

}  // namespace

TEST_CASE("virtio-mmio says what it is") {
    TransportMachine m;
    CHECK(m.driver.get(mmio::kMagicValue) == 0x7472'6976);
    CHECK(m.driver.get(mmio::kVersion) == 2);
    CHECK(m.driver.get(mmio::kDeviceId) == 42);
    CHECK(m.driver.get(mmio::kVendorId) != 0);
    CHECK(m.driver.get(mmio::kConfigGeneration) == 0);
    CHECK(m.driver.get(mmio::kStatus) == 0);
    CHECK(m.driver.get(mmio::kInterruptStatus) == 0);
    CHECK(m.driver.get(0x0b0) == ~0U);  // no shared memory
    CHECK(m.driver.get(0x0b4) == ~0U);
    CHECK(m.driver.offered() == (kOwnFeatures | feature::kVersion1 | feature::kEventIdx | feature::kIndirectDesc));
    m.driver.set(mmio::kDeviceFeaturesSel, 2);
    CHECK(m.driver.get(mmio::kDeviceFeatures) == 0);
    for (const u32 writable_only : {mmio::kDriverFeatures, mmio::kQueueSel, mmio::kQueueNotify, mmio::kQueueDescLow}) {
        CHECK(m.driver.get(writable_only) == 0);
    }
    m.driver.set(mmio::kQueueSel, 1);
    CHECK(m.driver.get(mmio::kQueueNumMax) == Virtqueue::kMaxSize);
    for (const u32 no_queue : {2U, 31U, 32U, ~0U}) {
        m.driver.set(mmio::kQueueSel, no_queue);
        CHECK(m.driver.get(mmio::kQueueNumMax) == 0);
        CHECK(m.driver.get(mmio::kQueueReady) == 0);
    }
}

TEST_CASE("virtio-mmio takes only accesses of the right size to registers") {
    TransportMachine m;
    m.driver.add_status(status::kAcknowledge);
    for (const u32 bytes : {0U, 1U, 2U, 3U, 8U}) {
        INFO(bytes << " bytes");
        CHECK(m.device.read(mmio::kMagicValue, bytes) == 0);
        m.device.write(mmio::kStatus, bytes, 0);
        m.device.write(mmio::kStatus, bytes, status::kAcknowledge | status::kDriver);
        CHECK(m.driver.status() == status::kAcknowledge);
    }
    CHECK(m.device.read(mmio::kMagicValue + 1, 4) == 0);
    CHECK(m.device.read(mmio::kMagicValue + 2, 2) == 0);
    m.device.write(mmio::kStatus + 2, 4, ~0ULL);
    CHECK(m.device.read(mmio::kBytes, 4) == 0);
    CHECK(m.device.read(~0U, 4) == 0);
    CHECK(m.device.read(~0U - 3, 4) == 0);
    m.device.write(~0U - 3, 4, 0);
    CHECK(m.driver.status() == status::kAcknowledge);
}

TEST_CASE("configuration space is read in 1, 2 and 4 bytes and never written") {
    TransportMachine m;
    CHECK(m.driver.config(0, 1) == 0x11);
    CHECK(m.driver.config(3, 1) == 0x44);
    CHECK(m.driver.config(2, 2) == 0x4433);
    CHECK(m.driver.config(0, 4) == 0x4433'2211);
    CHECK(m.driver.config(4, 4) == 0x0077'6655);  // beyond the end there is nothing
    CHECK(m.driver.config(8, 4) == 0);
    CHECK(m.driver.config(0xfc, 4) == 0);
    CHECK(m.driver.config(0x100, 4) == 0);
    CHECK(m.driver.config(1, 2) == 0);
    CHECK(m.driver.config(2, 4) == 0);
    CHECK(m.driver.config(0, 8) == 0);
    for (const u32 bytes : {1U, 2U, 4U}) m.device.write(mmio::kConfig, bytes, ~0ULL);
    CHECK(m.driver.config(0, 4) == 0x4433'2211);
}

TEST_CASE("features are taken that were offered, with VIRTIO_F_VERSION_1") {
    TransportMachine m;
    CHECK(m.driver.negotiate(0));
    CHECK(m.driver.negotiate(kOwnFeatures | VirtioDriver::kAllRings));
    CHECK(m.device.has_feature(1ULL << 40 | feature::kEventIdx));
    CHECK_FALSE(m.driver.negotiate(1ULL << 0));
    CHECK_FALSE(m.driver.negotiate(1ULL << 33));
    CHECK_FALSE(m.driver.negotiate(1ULL << 63));

    // Without VERSION_1; then the driver thinks better of it.
    m.driver.set(mmio::kStatus, 0);
    m.driver.add_status(status::kAcknowledge);
    m.driver.add_status(status::kDriver);
    m.driver.add_status(status::kFeaturesOk);
    CHECK(m.driver.status() == (status::kAcknowledge | status::kDriver));
    m.driver.set(mmio::kDriverFeaturesSel, 1);
    m.driver.set(mmio::kDriverFeatures, 1);
    m.driver.set(mmio::kDriverFeaturesSel, 2);
    m.driver.set(mmio::kDriverFeatures, ~0U);  // there are no such
    m.driver.add_status(status::kFeaturesOk);
    CHECK(m.driver.status() == (status::kAcknowledge | status::kDriver | status::kFeaturesOk));
    // Too late.
    m.driver.set(mmio::kDriverFeaturesSel, 0);
    m.driver.set(mmio::kDriverFeatures, 1U << 3);
    CHECK_FALSE(m.device.has_feature(1U << 3));
    // Reset forgets.
    m.driver.set(mmio::kStatus, 0);
    CHECK_FALSE(m.device.has_feature(feature::kVersion1));
}

TEST_CASE("Status keeps what the driver writes, but for FEATURES_OK and what is the device's") {
    using namespace status;
    TransportMachine m;
    const auto set = [&](u32 value) {
        m.driver.set(mmio::kStatus, value);
        return m.driver.status();
    };
    for (const u32 bits : {kDriver, kDriverOk, kAcknowledge | kDriver, kFailed, 16U, 32U, kAcknowledge}) {
        INFO("Status " << bits);
        CHECK(set(bits) == bits);
        CHECK_FALSE(m.device.running());
    }
    CHECK(set(kDeviceNeedsReset | kAcknowledge) == kAcknowledge);
    CHECK(set(0xffff'ff00 | kAcknowledge) == kAcknowledge);
    CHECK(set(kAcknowledge | kFeaturesOk) == kAcknowledge);  // without VERSION_1
    CHECK(set(kAcknowledge | kDriver | kFeaturesOk | kDriverOk) == (kAcknowledge | kDriver | kDriverOk));
    CHECK_FALSE(m.device.running());
    m.driver.set(mmio::kDriverFeaturesSel, 1);
    m.driver.set(mmio::kDriverFeatures, 1);
    constexpr u32 kAll = kAcknowledge | kDriver | kFeaturesOk | kDriverOk;
    CHECK(set(kAll) == kAll);
    CHECK(m.device.running());
    CHECK(set(kAll | kFailed) == (kAll | kFailed));
    CHECK_FALSE(m.device.running());
    CHECK(set(0) == 0);
    CHECK(set(kAll) == (kAll & ~kFeaturesOk));  // the features are forgotten
    CHECK_FALSE(m.device.running());
    m.device.fail();
    CHECK(set(kAcknowledge) == (kDeviceNeedsReset | kAcknowledge));
    CHECK(set(0) == 0);
}

TEST_CASE("drivers that set Status in ways of their own find the device running") {
    using namespace status;
    struct Way {
        const char* whose;
        std::vector<u32> before, after;  ///< what is written to Status before and after the features
    };
    const Way ways[] = {
        {"all bits so far", {kAcknowledge, kAcknowledge | kDriver}, {11, 15}},
        {"no ACKNOWLEDGE after the reset", {kDriver}, {kDriver | kFeaturesOk, kDriver | kFeaturesOk | kDriverOk}},
        {"each bit alone", {kAcknowledge, kDriver}, {kFeaturesOk, kDriverOk}},
        {"all at once", {}, {15}},
        {"DRIVER late", {kAcknowledge}, {kAcknowledge | kFeaturesOk, 15}},
        {"FEATURES_OK twice", {kAcknowledge, kDriver}, {kFeaturesOk, kFeaturesOk, kFeaturesOk | kDriverOk}},
    };
    for (const Way& way : ways) {
        INFO("driver: " << way.whose);
        TransportMachine m;
        m.driver.set(mmio::kStatus, 0);
        for (const u32 value : way.before) m.driver.set(mmio::kStatus, value);
        m.driver.set(mmio::kDriverFeaturesSel, 1);
        m.driver.set(mmio::kDriverFeatures, 1);
        bool made = false;
        for (const u32 value : way.after) {
            m.driver.set(mmio::kStatus, value);
            CHECK(m.driver.status() == value);
            if (!made) m.queues.emplace_back(m.driver, 0, 4);
            made = true;
        }
        CHECK(m.device.running());
        CHECK(m.driver.get(mmio::kQueueReady) == 1);
        m.driver.set(mmio::kDriverFeatures, 0);
        CHECK(m.device.has_feature(feature::kVersion1));  // settled, whatever stands in Status
    }
}

TEST_CASE("an empty slot is a virtio-mmio device of no kind") {
    CHECK(read_empty_slot(mmio::kMagicValue, 4) == mmio::kMagic);
    CHECK(read_empty_slot(mmio::kVersion, 4) == 2);
    for (u32 offset = mmio::kDeviceId; offset < mmio::kBytes; offset += 4) {
        INFO("offset " << offset);
        CHECK(read_empty_slot(offset, 4) == (offset == mmio::kVendorId ? mmio::kVendor : 0));
    }
    for (const u32 bytes : {1U, 2U, 8U}) CHECK(read_empty_slot(mmio::kMagicValue, bytes) == 0);
}

TEST_CASE("a queue is set up when features are settled, and not changed while it is ready") {
    TransportMachine m;
    const auto ready = [&] { return m.driver.get(mmio::kQueueReady); };
    DriverQueue early(m.driver, 0, 4);
    CHECK(ready() == 0);
    CHECK(m.driver.negotiate(0));
    DriverQueue queue(m.driver, 0, 4);
    CHECK(ready() == 1);
    m.driver.set(mmio::kQueueNum, 3);
    m.driver.set(mmio::kQueueDescLow, 1);
    queue.add({{GuestRam::kStart, 1}});
    Chain chain;
    CHECK(m.device.queue(0).pop(chain) == Virtqueue::Next::chain);
    m.driver.set(mmio::kQueueReady, 1);
    CHECK(ready() == 1);
    CHECK(m.device.queue(0).pop(chain) == Virtqueue::Next::none);  // it does not begin anew
    CHECK_FALSE(m.driver.needs_reset());
    m.driver.set(mmio::kQueueSel, 1);
    CHECK(ready() == 0);
    m.driver.set(mmio::kQueueSel, 0);
    m.driver.set(mmio::kQueueReady, 0);
    CHECK(ready() == 0);
    m.driver.set(mmio::kQueueReady, 2);
    CHECK(ready() == 0);
    m.driver.set(mmio::kQueueReady, 1);  // what was written meanwhile did not count
    CHECK(ready() == 1);
    m.driver.set(mmio::kStatus, 0);
    CHECK(ready() == 0);
}

TEST_CASE("a queue at an address above 4 GiB is where its two halves say") {
    u8* const ram = static_cast<u8*>(::operator new[](4096, std::align_val_t(4096)));
    std::memset(ram, 0, 4096);
    Wire wire;
    Transport device{Identity{42, 1, 0, nullptr, 0}, GuestMemory(Ipa(0x1'2345'6000'0000), ram, 4096), wire.line()};
    GuestRam unused;
    VirtioDriver driver{device, unused};
    REQUIRE(driver.negotiate(0));
    driver.set(mmio::kQueueNum, 2);
    for (const u32 base : {mmio::kQueueDescLow, mmio::kQueueDriverLow, mmio::kQueueDeviceLow}) {
        driver.set(base + 4, 0x1'2345);
        driver.set(base, 0x6000'0000 + 4 * (base & 0x70));
    }
    driver.set(mmio::kQueueReady, 1);
    CHECK(driver.get(mmio::kQueueReady) == 1);
    CHECK_FALSE(driver.needs_reset());
    ::operator delete[](ram, std::align_val_t(4096));
}

TEST_CASE("a queue whose rings are not in RAM breaks the device") {
    TransportMachine m;
    REQUIRE(m.driver.negotiate(0));
    m.driver.set(mmio::kQueueNum, 4);
    m.driver.set(mmio::kQueueReady, 1);
    CHECK(m.driver.get(mmio::kQueueReady) == 0);
    CHECK(m.driver.needs_reset());
    CHECK_FALSE(m.wire.high);  // nobody listens yet
    DriverQueue late(m.driver, 0, 4);
    CHECK(m.driver.get(mmio::kQueueReady) == 0);
    m.driver.start();
    CHECK_FALSE(m.device.running());
    m.start();  // a reset mends it
    CHECK(m.device.running());
    CHECK_FALSE(m.driver.needs_reset());
}

TEST_CASE("notifications are remembered until the queue is served") {
    TransportMachine m;
    m.start();
    CHECK_FALSE(m.device.has_work());
    m.driver.set(mmio::kQueueNotify, 2);
    m.driver.set(mmio::kQueueNotify, 32);
    m.driver.set(mmio::kQueueNotify, ~0U);
    CHECK_FALSE(m.device.has_work());
    m.driver.set(mmio::kQueueNotify, 1);
    m.driver.set(mmio::kQueueNotify, 1);
    CHECK(m.device.has_work());
    CHECK_FALSE(m.device.take_notification(0));
    CHECK(m.device.take_notification(1));
    CHECK_FALSE(m.device.take_notification(1));
    CHECK_FALSE(m.device.has_work());
    m.device.notify_all();
    CHECK(m.device.take_notification(0));
    CHECK(m.device.take_notification(1));
    CHECK_FALSE(m.device.has_work());
    m.driver.set(mmio::kQueueNotify, 0);
    m.driver.set(mmio::kStatus, 0);
    CHECK_FALSE(m.device.has_work());
}

TEST_CASE("the interrupt line follows InterruptStatus") {
    TransportMachine m;
    m.start();
    m.queues[0].add({{GuestRam::kStart, 1}});
    serve(m.device, 0, 1, [](const Chain&) { return Outcome::done(0); });
    CHECK(m.wire.high);
    CHECK(m.driver.get(mmio::kInterruptStatus) == interrupt::kUsedBuffer);
    m.device.fail();
    CHECK(m.driver.needs_reset());
    CHECK(m.driver.get(mmio::kInterruptStatus) == (interrupt::kUsedBuffer | interrupt::kConfigurationChange));
    CHECK(m.wire.changes == 1);
    m.driver.set(mmio::kInterruptAck, interrupt::kUsedBuffer);
    CHECK(m.wire.high);
    m.driver.set(mmio::kInterruptAck, 0xffff'fffc);
    CHECK(m.wire.high);
    m.driver.set(mmio::kInterruptAck, interrupt::kConfigurationChange);
    CHECK_FALSE(m.wire.high);
    CHECK(m.wire.changes == 2);
    m.start();
    m.device.fail();
    CHECK(m.wire.high);
    m.driver.set(mmio::kStatus, 0);
    CHECK_FALSE(m.wire.high);
}

TEST_CASE("a device uses no queue before DRIVER_OK and after a failure") {
    TransportMachine m;
    const auto take = [](const Chain&) { return Outcome::done(0); };
    REQUIRE(m.driver.negotiate(0));
    DriverQueue queue(m.driver, 0, 4);
    queue.add({{GuestRam::kStart, 1}});
    CHECK(serve(m.device, 0, 4, take) == Served::off);
    CHECK_FALSE(queue.used());
    m.driver.start();
    CHECK(serve(m.device, 0, 4, take) == Served::all);
    CHECK(queue.used());
    queue.make_available(99);
    CHECK(serve(m.device, 0, 4, take) == Served::off);
    CHECK(m.driver.needs_reset());
    CHECK(m.driver.take_interrupt() == (interrupt::kUsedBuffer | interrupt::kConfigurationChange));
    queue.add({{GuestRam::kStart, 1}});
    CHECK(serve(m.device, 0, 4, take) == Served::off);
    CHECK_FALSE(queue.used());
    CHECK(m.driver.take_interrupt() == 0);
}

TEST_CASE("what was done before a failure goes back to the driver") {
    TransportMachine m;
    m.start();
    m.queues[0].add({{GuestRam::kStart, 1}});
    m.queues[0].add({{GuestRam::kStart, 2}});
    const auto served = serve(m.device, 0, 4, [](const Chain& chain) {
        return chain.readable_bytes == 1 ? Outcome::done(0) : Outcome::wrong();
    });
    CHECK(served == Served::off);
    CHECK(m.queues[0].used());
    CHECK_FALSE(m.queues[0].used());
    CHECK(m.driver.needs_reset());
    CHECK(m.device.queue(0).broken());
}

TEST_CASE("a driver that never stops gets a turn, not the thread") {
    TransportMachine m;
    m.start();
    DriverQueue& queue = m.queues[0];
    queue.add({{GuestRam::kStart, 1}});
    m.driver.set(mmio::kQueueNotify, 0);
    u32 served = 0;
    const auto once_more = [&](const Chain&) {
        ++served;
        queue.add({{GuestRam::kStart, 1}});
        return Outcome::done(0);
    };
    serve_notified(m.device, 0, once_more);
    CHECK(served == Virtqueue::kMaxSize);
    CHECK(m.device.has_work());
    serve_notified(m.device, 1, once_more);
    CHECK(served == Virtqueue::kMaxSize);
}

TEST_CASE("the interrupt line is right though the driver acknowledges while it is being raised") {
    // Another vCPU, at the worst moment: the device has decided to raise the line and has not done so yet.
    struct LateWire {
        Transport* device = nullptr;
        bool high = false;
    } wire;
    const auto set = [](void* context, bool now_high) {
        auto* late = static_cast<LateWire*>(context);
        if (now_high) late->device->write(mmio::kInterruptAck, 4, 3);
        late->high = now_high;
    };
    GuestRam ram;
    Transport device{Identity{42, 1, 0, nullptr, 0}, ram.memory(), InterruptLine{set, &wire}};
    wire.device = &device;
    VirtioDriver driver{device, ram};
    REQUIRE(driver.negotiate(0));
    driver.start();
    device.fail();
    CHECK(driver.get(mmio::kInterruptStatus) == 0);
    CHECK_FALSE(wire.high);
}

TEST_CASE("a driver at work needs no lock of the device") {
    for (const u32 offset : {mmio::kQueueNotify, mmio::kInterruptStatus, mmio::kInterruptAck}) {
        CHECK_FALSE(Transport::needs_lock(offset));
    }
    for (const u32 offset : {mmio::kStatus, mmio::kQueueSel, mmio::kQueueReady, mmio::kDriverFeatures, mmio::kConfig}) {
        CHECK(Transport::needs_lock(offset));
    }
}
