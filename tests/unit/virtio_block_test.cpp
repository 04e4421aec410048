// SPDX-License-Identifier: Apache-2.0
// The virtio disk.
#include "hyp/vmm/virtio/block_device.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;

namespace {

constexpr u32 kSector = BlockDevice::kSectorBytes;
constexpr u64 kSectors = 16;
constexpr u64 kAll = VirtioDriver::kAllRings | 1ULL << 2 | 1ULL << 6 | 1ULL << 9;
constexpr u8 kOk = 0, kIoError = 1, kUnsupported = 2, kUntouched = 0xee;
enum Type : u32 { kIn = 0, kOut = 1, kFlush = 4, kGetId = 8 };

/// A disk whose sectors are a string, with its driver.
struct Disk {
    explicit Disk(u64 features = kAll, bool read_only = false)
        : device(ram.memory(), wire.line(), {kSectors, read_only, "disk-0"}, {this, read, write, flush}) {
        for (u32 i = 0; i < kSectors * kSector; ++i)
            content += static_cast<char>('A' + (i / kSector + i % kSector) % 64);
        REQUIRE(driver.negotiate(features));
        queue.emplace(driver, 0, 16);
        driver.start();
    }
    static bool read(void* context, u64 sector, u8* to, u32 bytes) {
        auto* self = static_cast<Disk*>(context);
        ++self->reads;
        self->interrupt_at_read = self->wire.high;
        if (sector == self->bad_sector) return false;
        std::memcpy(to, self->content.data() + sector * kSector, bytes);
        return true;
    }
    static bool write(void* context, u64 sector, const u8* from, u32 bytes) {
        auto* self = static_cast<Disk*>(context);
        if (sector == self->bad_sector) return false;
        self->content.replace(sector * kSector, bytes, reinterpret_cast<const char*>(from), bytes);
        return true;
    }
    static bool flush(void* context) {
        auto* self = static_cast<Disk*>(context);
        ++self->flushes;
        if (self->flushes < self->endless) self->queue->make_available(0);
        return self->flush_works;
    }

    u64 header(u32 type, u64 sector) {
        const u64 at = ram.allocate(16, 1);
        ram.put(at, type);
        ram.put(at + 4, 0U);
        ram.put(at + 8, sector);
        return at;
    }
    /// Does a request with these buffers between header and status; its status.
    u8 request(u32 type, u64 sector, const std::vector<DriverQueue::Buffer>& pieces, bool indirect = false) {
        const u64 status = ram.allocate(1, 1);
        ram.put(status, kUntouched);
        std::vector<DriverQueue::Buffer> buffers{{header(type, sector), 16}};
        buffers.insert(buffers.end(), pieces.begin(), pieces.end());
        buffers.push_back({status, 1, true});
        indirect ? queue->add_indirect(buffers) : queue->add(buffers);
        queue->kick();
        device.service();
        const auto used = queue->used();
        used_bytes = used ? used->bytes : ~0U;
        return ram.get<u8>(status);
    }

    std::string content;
    u64 bad_sector = ~0ULL;
    u32 reads = 0, flushes = 0;
    u32 endless = 0;  ///< with each flush but the last of so many, the driver asks for one more
    bool flush_works = true;
    bool interrupt_at_read = false;  ///< was the driver told of what came before the last read?
    u32 used_bytes = 0;              ///< of the last request
    GuestRam ram;
    Wire wire;
    BlockDevice device;
    VirtioDriver driver{device.transport(), ram};
    std::optional<DriverQueue> queue;
    u64 data = ram.allocate(8192);
};

}  // namespace

TEST_CASE("the disk says how large it is") {
    Disk disk;
    CHECK(disk.driver.get(mmio::kDeviceId) == 2);
    CHECK(disk.driver.offered() == (Transport::kFeatures | 1ULL << 2 | 1ULL << 6 | 1ULL << 9));
    CHECK(disk.driver.config(0, 4) == kSectors);
    CHECK(disk.driver.config(4, 4) == 0);
    CHECK(disk.driver.config(12, 4) == Chain::kMaxSegments - 2);
    CHECK(disk.driver.config(20, 4) == 512);
}

TEST_CASE("the disk reads sectors") {
    Disk disk;
    CHECK(disk.request(kIn, 3, {{disk.data, 2 * kSector, true}}) == kOk);
    CHECK(disk.used_bytes == 2 * kSector + 1);
    CHECK(disk.ram.text(disk.data, 2 * kSector) == disk.content.substr(3 * kSector, 2 * kSector));
    CHECK(disk.reads == 1);
    CHECK(disk.driver.take_interrupt() == interrupt::kUsedBuffer);
    CHECK(disk.request(kIn, kSectors - 1, {{disk.data, kSector, true}}, true) == kOk);
    CHECK(disk.ram.text(disk.data, kSector) == disk.content.substr((kSectors - 1) * kSector));
}

TEST_CASE("the disk writes sectors") {
    Disk disk;
    const std::string text(2 * kSector, 'w');
    const std::string before = disk.content;
    CHECK(disk.request(kOut, 5, {{disk.ram.place(text), 2 * kSector}}) == kOk);
    CHECK(disk.used_bytes == 1);
    CHECK(disk.content == before.substr(0, 5 * kSector) + text + before.substr(7 * kSector));
    CHECK(disk.flushes == 0);
}

TEST_CASE("the disk moves sectors however they are cut") {
    const std::vector<std::vector<u32>> cuts = {{512, 1024},    {1, 1535}, {511, 1, 1024},
                                                {700, 800, 36}, {1535, 1}, {100, 100, 100, 100, 100, 100, 936}};
    for (const auto& cut : cuts) {
        INFO(cut.size() << " pieces, the first of " << cut[0]);
        Disk disk;
        std::vector<DriverQueue::Buffer> in, out;
        u64 at = disk.data;
        for (const u32 bytes : cut) {
            in.push_back({at, bytes, true});
            out.push_back({at, bytes});
            at += bytes + 3;
        }
        CHECK(disk.request(kIn, 2, in) == kOk);
        CHECK(disk.used_bytes == 3 * kSector + 1);
        std::string read;
        for (const auto& piece : in) read += disk.ram.text(piece.address, piece.bytes);
        CHECK(read == disk.content.substr(2 * kSector, 3 * kSector));
        CHECK(disk.request(kOut, 9, out) == kOk);
        CHECK(disk.content.substr(9 * kSector, 3 * kSector) == read);
        CHECK(disk.content.substr(12 * kSector, 1) == std::string(1, 'A' + 12));
    }
}

TEST_CASE("the disk's header and status may lie together with data or in pieces") {
    Disk disk;
    const u64 header = disk.header(kIn, 1);
    // The status byte is the last one of the data's segment.
    disk.queue->add(
        {{header, 3}, {header + 3, 13}, {disk.data, 100, true}, {disk.data + 100, kSector - 100 + 1, true}});
    disk.ram.put(disk.data + kSector, kUntouched);
    disk.queue->kick();
    disk.device.service();
    CHECK(disk.queue->used()->bytes == kSector + 1);
    CHECK(disk.ram.text(disk.data, kSector) == disk.content.substr(kSector, kSector));
    CHECK(disk.ram.get<u8>(disk.data + kSector) == kOk);
}

TEST_CASE("the disk flushes when it is told to") {
    Disk disk;
    CHECK(disk.request(kFlush, 0, {}) == kOk);
    CHECK(disk.flushes == 1);
    CHECK(disk.used_bytes == 1);
    disk.flush_works = false;
    CHECK(disk.request(kFlush, 0, {}) == kIoError);
}

TEST_CASE("the disk flushes every write of a driver that cannot") {
    Disk disk(VirtioDriver::kAllRings);
    const u64 text = disk.ram.place(std::string(kSector, 'x'));
    CHECK(disk.request(kOut, 0, {{text, kSector}}) == kOk);
    CHECK(disk.flushes == 1);
    CHECK(disk.content[0] == 'x');
    disk.flush_works = false;
    CHECK(disk.request(kOut, 0, {{text, kSector}}) == kIoError);
}

TEST_CASE("the disk has a name") {
    Disk disk;
    CHECK(disk.request(kGetId, 0, {{disk.data, 20, true}}) == kOk);
    CHECK(disk.used_bytes == 21);
    CHECK(disk.ram.text(disk.data, 20) == "disk-0" + std::string(14, '\0'));
    disk.ram.put(disk.data + 4, 0xffff'ffffU);
    CHECK(disk.request(kGetId, 0, {{disk.data, 4, true}}) == kOk);
    CHECK(disk.ram.text(disk.data, 5) == "disk\xff");
    CHECK(disk.request(kGetId, 0, {{disk.data, 30, true}}) == kOk);
    CHECK(disk.used_bytes == 20);  // the status is behind a gap
}

TEST_CASE("the disk refuses what is beyond its end, and parts of sectors") {
    Disk disk;
    const std::string before = disk.content;
    for (const u64 sector : {kSectors - 1, kSectors, kSectors + 1, ~u64{0}, ~u64{1}, u64{1} << 55}) {
        INFO("sector " << sector);
        CHECK(disk.request(kIn, sector, {{disk.data, 2 * kSector, true}}) == kIoError);
        CHECK(disk.used_bytes == 0);
        CHECK(disk.request(kOut, sector, {{disk.data, 2 * kSector}}) == kIoError);
    }
    for (const u32 bytes : {1U, 511U, 513U}) {
        CHECK(disk.request(kIn, 0, {{disk.data, bytes, true}}) == kIoError);
        CHECK(disk.request(kOut, 0, {{disk.data, bytes}}) == kIoError);
    }
    CHECK(disk.reads == 0);
    CHECK(disk.content == before);
    CHECK_FALSE(disk.driver.needs_reset());
}

TEST_CASE("the disk passes errors on") {
    Disk disk;
    disk.bad_sector = 4;
    CHECK(disk.request(kIn, 3, {{disk.data, kSector, true}, {disk.data + kSector, kSector, true}}) == kIoError);
    CHECK(disk.used_bytes == kSector);
    CHECK(disk.request(kIn, 4, {{disk.data, 100, true}, {disk.data + 100, kSector - 100, true}}) == kIoError);
    CHECK(disk.request(kOut, 4, {{disk.data, kSector}}) == kIoError);
    CHECK(disk.request(kOut, 4, {{disk.data, 100}, {disk.data + 100, kSector - 100}}) == kIoError);
    CHECK(disk.request(kIn, 5, {{disk.data, kSector, true}}) == kOk);
}

TEST_CASE("the disk does not know other requests") {
    Disk disk;
    for (const u32 type : {2U, 3U, 11U, 13U, 0x8000'0000U}) {
        CHECK(disk.request(type, 0, {{disk.data, kSector, true}}) == kUnsupported);
        CHECK(disk.used_bytes == 0);
    }
    CHECK_FALSE(disk.driver.needs_reset());
}

TEST_CASE("a read-only disk is not written") {
    Disk disk(kAll | 1ULL << 5, true);
    const std::string before = disk.content;
    CHECK(disk.request(kOut, 0, {{disk.data, kSector}}) == kIoError);
    CHECK(disk.content == before);
    CHECK(disk.request(kIn, 0, {{disk.data, kSector, true}}) == kOk);
    CHECK(disk.request(kFlush, 0, {}) == kOk);
}

TEST_CASE("a request without a whole header or without a status breaks the disk") {
    for (const bool with_status : {true, false}) {
        Disk disk;
        if (with_status) {
            disk.queue->add({{disk.header(kIn, 0), 15}, {disk.data, kSector + 1, true}});
        } else {
            disk.queue->add({{disk.header(kOut, 0), 16}, {disk.data, kSector}});
        }
        disk.queue->kick();
        disk.device.service();
        CHECK_FALSE(disk.queue->used());
        CHECK(disk.driver.needs_reset());
        CHECK(disk.driver.take_interrupt() == interrupt::kConfigurationChange);
        // A reset mends it.
        REQUIRE(disk.driver.negotiate(kAll));
        disk.queue.emplace(disk.driver, 0, 16);
        disk.driver.start();
        CHECK(disk.request(kIn, 0, {{disk.data, kSector, true}}) == kOk);
    }
}

TEST_CASE("the driver hears of each request of the disk before the next begins") {
    Disk disk(kAll & ~feature::kEventIdx);
    disk.queue->add({{disk.header(kFlush, 0), 16}, {disk.data, 1, true}});
    disk.queue->add({{disk.header(kIn, 0), 16}, {disk.data, kSector + 1, true}});
    disk.queue->kick();
    CHECK_FALSE(disk.wire.high);
    disk.device.service();
    CHECK(disk.reads == 1);
    CHECK(disk.interrupt_at_read);
    CHECK(disk.queue->used());
    CHECK(disk.queue->used());
}

TEST_CASE("a driver that never stops gets a turn of the disk, not the thread") {
    Disk disk;
    disk.endless = 2 * Virtqueue::kMaxSize + 1;
    disk.queue->add({{disk.header(kFlush, 0), 16}, {disk.data, 1, true}});
    disk.queue->kick();
    CHECK(disk.device.service());
    CHECK(disk.flushes == Virtqueue::kMaxSize);
    CHECK(disk.device.service());
    CHECK_FALSE(disk.device.service());
    CHECK(disk.flushes == disk.endless);
}
