// SPDX-License-Identifier: Apache-2.0
// virtio-mmio (VIRTIO 1.2, 4.2): every slot answers; a driver may set the bits of Status in a way of its own.
#include "virtio.hpp"

#include "guests/lib/guest.hpp"
#include "guests/lib/guest_machine.hpp"
#include "guests/lib/guest_mmio.hpp"
#include "hyp/vmm/virtio/mmio_layout.hpp"

namespace guest {

namespace {

namespace mmio = ws::virtio::mmio;
namespace status = ws::virtio::status;

constexpr u64 kFirstSlot = 0x0a00'0000;
constexpr u64 kSlots = 32;
constexpr u32 kConsole = 3;  // device IDs (VIRTIO 1.2, 5)
constexpr u32 kTransmitQueue = 1;
constexpr u64 kQueueSize = 4;
constexpr u16 kNoInterrupt = 1;  // VIRTQ_AVAIL_F_NO_INTERRUPT

struct Descriptor {
    u64 address;
    u32 bytes;
    u16 flags, next;
};

/// A queue's three parts (VIRTIO 1.2, 2.7).
struct alignas(4096) Queue {
    Descriptor descriptors[kQueueSize];
    struct {
        u16 flags, index, ring[kQueueSize], used_event;
    } available;
    alignas(4) struct {
        u16 flags;
        volatile u16 index;
        struct {
            u32 id, bytes;
        } ring[kQueueSize];
        u16 available_event;
    } used;
};
Queue queue;

u64 slot(u64 number) { return kFirstSlot + number * mmio::kBytes; }
u32 get(u64 device, u32 offset) { return mmio_read(device + offset); }
void set(u64 device, u32 offset, u32 value) { mmio_write(device + offset, value); }

void set_address(u64 device, u32 low, const void* part) {
    set(device, low, static_cast<u32>(reinterpret_cast<u64>(part)));
    set(device, low + 4, static_cast<u32>(reinterpret_cast<u64>(part) >> 32));
}

u64 check_slots() {
    u64 console = 0;
    for (u64 number = 0; number < kSlots; ++number) {
        const u64 at = slot(number);
        expect(get(at, mmio::kMagicValue) == mmio::kMagic, "slot", number, "has no magic value but",
               hex(get(at, mmio::kMagicValue)));
        expect(get(at, mmio::kVersion) == 2, "slot", number, "has version", get(at, mmio::kVersion));
        const u32 device = get(at, mmio::kDeviceId);
        if (device == kConsole) console = at;
        if (device != 0) continue;
        // What a driver might do that does not look at the ID.
        for (u64 offset = mmio::kVendorId; offset < mmio::kBytes; offset += 4) mmio_write(at + offset, ~0U);
        for (u64 offset = mmio::kDeviceFeatures; offset < mmio::kBytes; offset += 4) {
            expect(mmio_read(at + offset) == 0, "slot", number, "is empty and has something at", hex(offset));
        }
    }
    expect(console != 0, "there is no virtio console");
    return console;
}

void set_up_queue(u64 device) {
    queue.available = {};
    queue.available.flags = kNoInterrupt;
    queue.used.index = 0;
    set(device, mmio::kQueueSel, kTransmitQueue);
    expect(get(device, mmio::kQueueNumMax) >= kQueueSize, "the transmit queue is too small");
    set(device, mmio::kQueueNum, kQueueSize);
    set_address(device, mmio::kQueueDescLow, queue.descriptors);
    set_address(device, mmio::kQueueDriverLow, &queue.available);
    set_address(device, mmio::kQueueDeviceLow, &queue.used);
    set(device, mmio::kQueueReady, 1);
    expect(get(device, mmio::kQueueReady) == 1, "the transmit queue does not become ready");
}

void transmit(u64 device, u64 text, u32 bytes) {
    queue.descriptors[0] = {text, bytes, 0, 0};
    queue.available.ring[queue.available.index % kQueueSize] = 0;
    asm volatile("dsb sy" ::: "memory");
    queue.available.index = static_cast<u16>(queue.available.index + 1);
    asm volatile("dsb sy" ::: "memory");
    set(device, mmio::kQueueNotify, kTransmitQueue);
    const u64 start = ticks();
    while (queue.used.index != queue.available.index) {
        expect(ticks() - start < ticks_of_microseconds(500'000), "the console does not take its text; Status is",
               get(device, mmio::kStatus));
        asm volatile("yield" ::: "memory");
    }
}

/// What a driver writes to Status before the features, then after them, then when its queue is there; it reads the
/// same.
struct Way {
    const char* text;
    u32 before[2], features, running;
};
constexpr Way kWays[] = {
    {"virtio: each bit beside the former ones\n", {1, 3}, 11, 15},
    {"virtio: no ACKNOWLEDGE after the reset\n", {2, 2}, 10, 14},
    {"virtio: each bit alone\n", {1, 2}, 8, 4},
    {"virtio: FEATURES_OK first\n", {8, 1}, 9, 15},
};

void start(u64 device, const Way& way) {
    const auto set_status = [&](u32 value, u32 expected) {
        set(device, mmio::kStatus, value);
        const u32 is = get(device, mmio::kStatus);
        expect(is == expected, "Status was set to", value, "and is", is);
    };
    set_status(0, 0);
    for (const u32 value : way.before) set_status(value, value & ~status::kFeaturesOk);  // no features, no FEATURES_OK
    set(device, mmio::kDriverFeaturesSel, 1);
    set(device, mmio::kDriverFeatures, 1);  // VIRTIO_F_VERSION_1
    set_status(way.features, way.features);
    set_up_queue(device);
    set_status(way.running, way.running);
}

}  // namespace

void check_virtio() {
    const u64 console = check_slots();
    for (const Way& way : kWays) {
        start(console, way);
        u32 bytes = 0;
        while (way.text[bytes] != '\0') ++bytes;
        transmit(console, reinterpret_cast<u64>(way.text), bytes);
    }
    // The device looks at memory before anybody else does.
    static const char before[] = "virtio: untouched memory as text: [", after[] = "]\n";
    transmit(console, reinterpret_cast<u64>(before), sizeof(before) - 1);
    transmit(console, ram_end() - 6 * 1024 * 1024, 64);
    transmit(console, reinterpret_cast<u64>(after), sizeof(after) - 1);
    print("guest: all virtio-mmio slots answer, and the console takes every driver\n");
}

}  // namespace guest
