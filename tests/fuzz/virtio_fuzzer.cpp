// SPDX-License-Identifier: Apache-2.0
// libFuzzer's input is a program for a guest that does what it likes to its virtio devices: a byte says what to do with
// which device, the next ones how. AddressSanitizer watches the bounds of the guest's RAM; the checks here, what the
// devices ask of the VMM. virtio_seeds.py writes programs to start from.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "hyp/vmm/virtio/block_device.hpp"
#include "hyp/vmm/virtio/console_device.hpp"
#include "hyp/vmm/virtio/entropy_device.hpp"
#include "hyp/vmm/virtio/network_device.hpp"
#include "tests/unit/virtio_driver.hpp"

using namespace ws;
using namespace ws::test;
using namespace ws::virtio;

namespace {

constexpr u32 kRamBytes = 0x10000;
constexpr u32 kSectors = 24;
constexpr u8 kMac[6] = {2, 0, 0, 0, 0, 1};

void check(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "virtio_fuzzer: %s\n", what);
    std::abort();
}

/// The input, byte by byte; zeros behind its end.
class Program {
  public:
    Program(const u8* data, std::size_t bytes) : data_(data), end_(bytes == 0 ? data : data + bytes) {}
    bool at_end() const { return data_ == end_; }
    u8 byte() { return at_end() ? u8{0} : *data_++; }
    u16 half() { return static_cast<u16>(byte() | byte() << 8); }
    u32 word() { return half() | u32{half()} << 16; }

  private:
    const u8* data_;
    const u8* end_;
};

class World {
  public:
    explicit World(Program program) : program_(program) {}
    void run();

  private:
    enum Device : u32 { kEntropy, kConsole, kBlock, kNetwork, kDevices };
    struct Rings {
        u64 descriptors, available, used;
        u32 size;
        u32 next_descriptor;
    };
    struct Slot {
        Transport* transport;
        Wire wire;
        Rings rings[Transport::kMaxQueues];
    };

    // What a guest does.
    void access_register(Slot& slot, bool write);
    void poke();
    void set_up(Slot& slot);
    void start_queue(Slot& slot, u32 index, u32 size, u64 at);
    void add_chain(Slot& slot);
    void add_block_request(Slot& slot);
    void make_available(Slot& slot, u32 queue, u16 head);
    void change_available_index(Slot& slot);
    void describe(u64 table, u32 number);
    u16 descriptors(Slot& slot, u32 queue, u32 count);
    // What the VMM does.
    bool service(u32 device);
    void receive(u32 device);
    void reset(u32 device);

    u64 any_address();
    u32 any_length();
    /// In the middle of a device's work another vCPU may write to RAM.
    void meanwhile() {
        if (racing_) poke();
    }
    /// A device calls its back end only while it runs.
    void called(u32 device) {
        check(slots_[device].transport->running(), "a device works that must not");
        meanwhile();
    }
    bool in_ram(const u8* data, u32 bytes) const {
        const u8* const ram = ram_.memory().at(Ipa(GuestRam::kStart), 1);
        return data >= ram && bytes <= kRamBytes && data <= ram + kRamBytes - bytes;
    }
    void check_disk_access(u64 sector, u32 bytes);

    static u32 source(void* context, u8* to, u32 bytes);
    static void print(void* context, const u8* characters, u32 bytes);
    static bool send(void* context, const u8* frame, u32 bytes);
    static bool read(void* context, u64 sector, u8* to, u32 bytes);
    static bool write(void* context, u64 sector, const u8* from, u32 bytes);
    static bool flush(void* context);

    Program program_;
    bool racing_ = false;
    bool back_ends_work_ = true;
    GuestRam ram_{kRamBytes};
    u8 disk_[kSectors * BlockDevice::kSectorBytes] = {};
    Slot slots_[kDevices] = {};
    EntropyDevice entropy_{ram_.memory(), slots_[kEntropy].wire.line(), source, this};
    ConsoleDevice console_{ram_.memory(), slots_[kConsole].wire.line(), print, this};
    BlockDevice block_{ram_.memory(),
                       slots_[kBlock].wire.line(),
                       {kSectors, false, "a disk of 20 characters"},
                       {this, read, write, flush}};
    NetworkDevice network_{ram_.memory(), slots_[kNetwork].wire.line(), kMac, send, this};
};

u32 World::source(void* context, u8* to, u32 bytes) {
    auto* self = static_cast<World*>(context);
    self->called(kEntropy);
    check(bytes != 0, "no random byte is wanted");
    std::memset(to, 0x5a, bytes);
    return self->back_ends_work_ ? bytes : bytes / 2;
}

void World::print(void* context, const u8* characters, u32 bytes) {
    auto* self = static_cast<World*>(context);
    self->called(kConsole);
    check(bytes != 0 && self->in_ram(characters, bytes), "characters that are not in RAM");
}

bool World::send(void* context, const u8* frame, u32 bytes) {
    auto* self = static_cast<World*>(context);
    self->called(kNetwork);
    check(bytes >= NetworkDevice::kMinFrameBytes && bytes <= NetworkDevice::kMaxFrameBytes, "a frame of a wrong size");
    check(!self->in_ram(frame, bytes), "a frame that the guest may still change");
    return self->back_ends_work_;
}

void World::check_disk_access(u64 sector, u32 bytes) {
    called(kBlock);
    check(bytes != 0 && bytes % BlockDevice::kSectorBytes == 0, "a part of a sector");
    check(sector < kSectors && bytes / BlockDevice::kSectorBytes <= kSectors - sector, "a sector beyond the end");
}

bool World::read(void* context, u64 sector, u8* to, u32 bytes) {
    auto* self = static_cast<World*>(context);
    self->check_disk_access(sector, bytes);
    std::memcpy(to, self->disk_ + sector * BlockDevice::kSectorBytes, bytes);
    return self->back_ends_work_;
}

bool World::write(void* context, u64 sector, const u8* from, u32 bytes) {
    auto* self = static_cast<World*>(context);
    self->check_disk_access(sector, bytes);
    std::memcpy(self->disk_ + sector * BlockDevice::kSectorBytes, from, bytes);
    return self->back_ends_work_;
}

bool World::flush(void* context) {
    auto* self = static_cast<World*>(context);
    self->called(kBlock);
    return self->back_ends_work_;
}

/// Mostly in RAM; else anywhere.
u64 World::any_address() {
    const u8 kind = program_.byte();
    const u64 offset = program_.half();
    if (kind < 0xe0) return GuestRam::kStart + offset;
    if (kind < 0xf0) return ram_.end() - (offset & 0x1f);
    return (u64{program_.word()} << 32) | offset << 16 | offset;
}

u32 World::any_length() {
    const u8 kind = program_.byte();
    if (kind < 0xc0) return kind;
    if (kind < 0xf0) return program_.half();
    return program_.word();
}

void World::access_register(Slot& slot, bool write) {
    static constexpr u32 kOften[] = {
        mmio::kStatus,         mmio::kQueueSel,       mmio::kQueueNum,        mmio::kQueueReady,
        mmio::kQueueNotify,    mmio::kInterruptAck,   mmio::kQueueDescLow,    mmio::kQueueDriverLow,
        mmio::kQueueDeviceLow, mmio::kDriverFeatures, mmio::kQueueDescHigh,   mmio::kDriverFeaturesSel,
        mmio::kDeviceFeatures, mmio::kConfig,         mmio::kInterruptStatus, mmio::kDeviceFeaturesSel};
    const u8 choice = program_.byte();
    const u32 offset = choice < 0x80 ? kOften[choice % std::size(kOften)] : program_.half();
    const u8 size = program_.byte();
    const u32 bytes = size < 0xc0 ? 4 : size & 15;
    if (write) {
        slot.transport->write(offset, bytes, program_.word());
    } else {
        slot.transport->read(offset, bytes);
    }
}

void World::poke() {
    const u32 offset = program_.half();
    const u32 bytes = std::min<u32>(program_.byte() & 15, kRamBytes - offset);
    for (u32 i = 0; i < bytes; ++i) ram_.put(GuestRam::kStart + offset + i, program_.byte());
}

/// As a driver does it, with the features and the queue sizes of the program's choice.
void World::set_up(Slot& slot) {
    VirtioDriver driver(*slot.transport, ram_);
    const u8 choice = program_.byte();
    u64 features = (choice & 1) != 0 ? driver.offered() : 0;
    if ((choice & 2) != 0) features |= VirtioDriver::kAllRings;
    if ((choice & 4) != 0) features &= ~feature::kEventIdx;
    driver.negotiate(features);
    const u64 at = GuestRam::kStart + (program_.byte() & 15) * 0x1000;
    for (u32 i = 0; i < Transport::kMaxQueues; ++i) start_queue(slot, i, 1U << (program_.byte() & 7), at + i * 0x800);
    driver.start();
}

void World::start_queue(Slot& slot, u32 index, u32 size, u64 at) {
    Rings& rings = slot.rings[index];
    rings = {at, at + 16 * size, at + 16 * size + (6 + 2 * size + 3) / 4 * 4, size, 0};
    if (rings.used + 6 + 8 * size > ram_.end()) rings.descriptors = rings.available = rings.used = GuestRam::kStart;
    ram_.put(rings.available + 2, u16{0});
    const auto set = [&](u32 offset, u32 value) { slot.transport->write(offset, 4, value); };
    set(mmio::kQueueSel, index);
    set(mmio::kQueueNum, size);
    set(mmio::kQueueDescLow, static_cast<u32>(rings.descriptors));
    set(mmio::kQueueDriverLow, static_cast<u32>(rings.available));
    set(mmio::kQueueDeviceLow, static_cast<u32>(rings.used));
    set(mmio::kQueueReady, 1);
}

void World::describe(u64 table, u32 number) {
    const u64 at = table + 16 * number;
    if (ram_.memory().at(Ipa(at), 16) == nullptr) return;
    const u8 flags = program_.byte();
    ram_.put(at, any_address());
    ram_.put(at + 8, any_length());
    // The plausible flag first: bits 4 and 5 say which rule not to follow.
    ram_.put(at + 12, static_cast<u16>((flags & 16) != 0 ? flags & 7 : flags & 3));
    ram_.put(at + 14, static_cast<u16>((flags & 32) != 0 ? program_.half() : number + 1));
}

/// `count` descriptors of the table one behind the other; the first one's number.
u16 World::descriptors(Slot& slot, u32 queue, u32 count) {
    Rings& rings = slot.rings[queue];
    if (rings.next_descriptor + count > rings.size) rings.next_descriptor = 0;
    const u32 first = rings.next_descriptor;
    rings.next_descriptor += count;
    return static_cast<u16>(first);
}

void World::make_available(Slot& slot, u32 queue, u16 head) {
    const Rings& rings = slot.rings[queue];
    if (rings.size == 0) return;
    const auto index = ram_.get<u16>(rings.available + 2);
    ram_.put(rings.available + 4 + 2 * (index % rings.size), head);
    ram_.put(rings.available + 2, static_cast<u16>(index + 1));
    slot.transport->notify(queue);
}

void World::add_chain(Slot& slot) {
    const u8 choice = program_.byte();
    const u32 queue = choice & 1;
    const u32 count = choice >> 4;
    const Rings& rings = slot.rings[queue];
    if (rings.size == 0) return;
    u64 table = rings.descriptors;
    u32 first = descriptors(slot, queue, (choice & 2) != 0 ? 1 : count + 1);
    const auto head = static_cast<u16>(first);
    if ((choice & 2) != 0) {  // indirect
        const u64 at = rings.descriptors + 16 * head;
        table = any_address();
        first = 0;
        ram_.put(at, table);
        ram_.put(at + 8, 16 * (count + 1) + ((choice & 4) != 0 ? program_.byte() : 0U));
        ram_.put(at + 12, u16{DriverQueue::kIndirect});
    }
    for (u32 i = 0; i <= count; ++i) describe(table, first + i);
    make_available(slot, queue, (choice & 8) != 0 ? program_.half() : head);
}

/// A header, data in one or two pieces and a status, all within RAM.
void World::add_block_request(Slot& slot) {
    const Rings& rings = slot.rings[0];
    if (rings.size < 4) return;
    const u8 choice = program_.byte();
    const u64 header = GuestRam::kStart + 0xf000 + (choice & 0xf0);
    static constexpr u32 kTypes[] = {0, 1, 4, 8};
    ram_.put(header, (choice & 8) != 0 ? program_.word() : kTypes[choice & 3]);
    ram_.put(header + 8, u64{program_.byte()} % (kSectors + 2));
    const u32 bytes = (1 + (program_.byte() & 7)) * BlockDevice::kSectorBytes;
    const u32 cut = 1 + program_.half() % (bytes - 1);
    const u64 data = GuestRam::kStart + 0xa000;
    const u32 write = (choice & 3) != 1 ? DriverQueue::kWrite : 0U;
    const u16 head = descriptors(slot, 0, 4);
    const auto put = [&](u32 i, u64 address, u32 length, u32 flags) {
        const u64 at = rings.descriptors + 16 * (head + i);
        ram_.put(at, address);
        ram_.put(at + 8, length);
        ram_.put(at + 12, static_cast<u16>(flags));
        ram_.put(at + 14, static_cast<u16>(head + i + 1));
    };
    put(0, header, 16, DriverQueue::kNext);
    put(1, data, cut, DriverQueue::kNext | write);
    put(2, data + cut, bytes - cut, DriverQueue::kNext | write);
    put(3, header + 16, 1, DriverQueue::kWrite);
    make_available(slot, 0, head);
}

void World::change_available_index(Slot& slot) {
    const u8 choice = program_.byte();
    const Rings& rings = slot.rings[choice & 1];
    if (rings.size == 0) return;
    const u16 value = (choice & 2) != 0 ? program_.half() : static_cast<u16>(ram_.get<u16>(rings.available + 2) + 1);
    ram_.put(rings.available + ((choice & 4) != 0 ? 4 + 2 * rings.size : 2), value);
    slot.transport->notify(choice & 1);
}

bool World::service(u32 device) {
    switch (device) {
        case kEntropy: return entropy_.service();
        case kConsole: return console_.service();
        case kBlock: return block_.service();
        default: return network_.service();
    }
}

void World::receive(u32 device) {
    const u32 bytes = std::min<u32>(program_.half() & 0x7ff, NetworkDevice::kMaxFrameBytes);
    u8 arrived[NetworkDevice::kMaxFrameBytes];
    std::memset(arrived, program_.byte(), bytes);
    if (device == kConsole) {
        const u32 room = console_.room();
        check(console_.receive(arrived, bytes) == std::min(room, bytes), "the console refused what it had room for");
    } else if (device == kNetwork) {
        check(network_.receive(arrived, bytes) == network_.can_receive(), "the card does not know whether it starves");
    }
}

void World::reset(u32 device) {
    switch (device) {
        case kEntropy: entropy_.reset(); break;
        case kConsole: console_.reset(); break;
        case kBlock: block_.reset(); break;
        default: network_.reset();
    }
    check(slots_[device].transport->read(mmio::kStatus, 4) == 0, "a device keeps its status over a reset");
}

void World::run() {
    Transport* const transports[] = {&entropy_.transport(), &console_.transport(), &block_.transport(),
                                     &network_.transport()};
    for (u32 i = 0; i < kDevices; ++i) slots_[i].transport = transports[i];
    for (u32 step = 0; step < 200 && !program_.at_end(); ++step) {
        const u8 operation = program_.byte();
        const u32 device = operation >> 6;
        Slot& slot = slots_[device];
        racing_ = (operation & 32) != 0;
        back_ends_work_ = (operation & 16) == 0;
        switch (operation & 15) {
            case 0: access_register(slot, false); break;
            case 1:
            case 2: access_register(slot, true); break;
            case 3: poke(); break;
            case 4: set_up(slot); break;
            case 5:
            case 6: add_chain(slot); break;
            case 7: add_block_request(slots_[kBlock]); break;
            case 8: change_available_index(slot); break;
            case 9:
            case 10: service(device); break;
            case 11:
                slot.transport->notify_all();
                service(device);
                break;
            case 12:
            case 13: receive(device); break;
            case 14: slot.transport->write(mmio::kInterruptAck, 4, 3); break;
            default: reset(device);
        }
        for (const Slot& each : slots_) {
            check(each.wire.high == (each.transport->read(mmio::kInterruptStatus, 4) != 0), "the wire is wrong");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t bytes) {
    World(Program(data, bytes)).run();
    return 0;
}
