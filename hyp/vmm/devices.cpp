// SPDX-License-Identifier: Apache-2.0
#include "devices.hpp"

#include <new>

#include "device_lock.hpp"
#include "virtio/block_device.hpp"
#include "virtio/console_device.hpp"
#include "virtio/empty_slot.hpp"
#include "virtio/entropy_device.hpp"
#include "virtio/network_device.hpp"

namespace ws::vmm {

namespace {

using virtio::Transport;

constexpr u64 kFirstSlot = 0x0a00'0000;
constexpr u64 kSlotBytes = virtio::mmio::kBytes;
constexpr u64 kBoardSlots = 32;
constexpr u32 kFirstIntid = 48;
enum Slot : u32 { kConsole, kEntropy, kDisk, kNetwork, kSlots };

/// A device that this VM may have, without constructors that would have to run before main.
template <class Device>
class Maybe {
  public:
    template <class... Arguments>
    void make(Arguments&&... arguments) {
        device_ = new (room_) Device(static_cast<Arguments&&>(arguments)...);
    }
    Device* get() { return device_; }

  private:
    Device* device_ = nullptr;
    alignas(Device) u8 room_[sizeof(Device)] = {};
};

Maybe<virtio::ConsoleDevice> console;
Maybe<virtio::EntropyDevice> entropy;
Maybe<virtio::BlockDevice> disk;
Maybe<virtio::NetworkDevice> network;

Transport* transports[kSlots];  ///< null: an empty slot
DeviceLock locks[kSlots];

void set_line(void* slot, bool high) {
    call(SystemCall::set_interrupt_line, kFirstIntid + reinterpret_cast<u64>(slot), high ? 1 : 0);
}

virtio::InterruptLine line_of(Slot slot) { return {set_line, reinterpret_cast<void*>(u64{slot})}; }

// ---- what the devices do with the board ----

void write_console(void*, const u8* text, u32 bytes) {
    while (bytes != 0) {
        const u32 now = bytes < kMaxTextBytes ? bytes : static_cast<u32>(kMaxTextBytes);
        call(SystemCall::console_write, address_of(text), now);
        text += now;
        bytes -= now;
    }
}

u32 random_bytes(void*, u8* to, u32 bytes) {
    const i64 filled = call(SystemCall::random, address_of(to), bytes < kMaxRandomBytes ? bytes : kMaxRandomBytes);
    return filled > 0 ? static_cast<u32>(filled) : 0;
}

bool transfer(DiskOperation operation, u64 sector, u64 memory, u32 bytes) {
    for (u32 done = 0, part; done < bytes; done += part) {
        part = bytes - done < kMaxMemoryBytes ? bytes - done : static_cast<u32>(kMaxMemoryBytes);
        const u64 next = sector + done / virtio::BlockDevice::kSectorBytes;
        if (call(SystemCall::disk_transfer, static_cast<u64>(operation), next, memory + done, part) != 0) return false;
    }
    return true;
}
bool read_disk(void*, u64 sector, u8* to, u32 bytes) {
    return transfer(DiskOperation::read, sector, address_of(to), bytes);
}
bool write_disk(void*, u64 sector, const u8* from, u32 bytes) {
    return transfer(DiskOperation::write, sector, address_of(from), bytes);
}
bool flush_disk(void*) { return call(SystemCall::disk_transfer, static_cast<u64>(DiskOperation::flush), 0, 0, 0) == 0; }

bool send_frame(void*, const u8* frame, u32 bytes) {
    return call(SystemCall::send_frame, address_of(frame), bytes) != static_cast<i64>(Error::full);
}

// ---- the thread that serves them ----

u8 frame[kMaxFrameBytes];  ///< one that came and is not delivered yet
u64 frame_bytes = 0;

void take_frames(virtio::NetworkDevice& device) {
    for (;;) {
        if (frame_bytes == 0) {
            const i64 bytes = call(SystemCall::receive_frame, address_of(frame));
            if (bytes <= 0) return;
            frame_bytes = static_cast<u64>(bytes);
        }
        // Without a driver nobody will ever want it; without a buffer the driver will notify when it has one.
        if (device.transport().running() && !device.receive(frame, static_cast<u32>(frame_bytes))) {
            call(SystemCall::receive_frame, 0);
            return;
        }
        frame_bytes = 0;
    }
}

void take_typed(virtio::ConsoleDevice& device) {
    u8 text[64];
    while (const u32 room = device.room()) {
        const i64 bytes = call(SystemCall::console_read, address_of(text), room < sizeof(text) ? room : sizeof(text));
        if (bytes <= 0) return;
        device.receive(text, static_cast<u32>(bytes));
    }
}

/// True: there is more to do.
template <class Device>
bool serve(Slot slot, Device* device) {
    if (device == nullptr) return false;
    DeviceLocked locked(locks[slot]);
    return device->service();
}

bool serve_all(u32 events) {
    for (u32 slot = 0; slot < kSlots; ++slot) {
        if (transports[slot] != nullptr && (events >> slot & 1) != 0)
            transports[slot]->notify_all();  // which, a kick does not tell
    }
    if (auto* const device = network.get(); device != nullptr) {
        DeviceLocked locked(locks[kNetwork]);
        if ((events & kNetworkEvent) != 0) device->transport().notify(virtio::NetworkDevice::kTransmitQueue);
        take_frames(*device);
    }
    if (auto* const device = console.get(); device != nullptr) {
        DeviceLocked locked(locks[kConsole]);
        take_typed(*device);
    }
    bool more = serve(kConsole, console.get());
    more = serve(kEntropy, entropy.get()) || more;
    more = serve(kDisk, disk.get()) || more;
    return serve(kNetwork, network.get()) || more;
}

[[noreturn]] void serve_devices(u64) {
    for (u32 slot = 0; slot < kSlots; ++slot) {
        if (transports[slot] == nullptr) continue;
        const u64 doorbell = kFirstSlot + slot * kSlotBytes + virtio::mmio::kQueueNotify;
        if (call(SystemCall::add_kick, doorbell, 1U << slot) < 0) give_up("no kick for a device");
    }
    for (u32 events = kNetworkEvent | kConsoleEvent;; events = static_cast<u32>(call(SystemCall::wait))) {
        while (serve_all(events)) events = 0;
    }
}

}  // namespace

void make_devices(const GuestMemory& memory) {
    const BootPage& boot = boot_page();
    console.make(memory, line_of(kConsole), write_console, nullptr);
    transports[kConsole] = &console.get()->transport();
    if (boot.has_entropy != 0) {
        entropy.make(memory, line_of(kEntropy), random_bytes, nullptr);
        transports[kEntropy] = &entropy.get()->transport();
    }
    if (boot.disk_sectors != 0) {
        const virtio::BlockDevice::Disk it{boot.disk_sectors, boot.disk_read_only != 0, "worldswitch"};
        disk.make(memory, line_of(kDisk), it, virtio::BlockDevice::Backend{nullptr, read_disk, write_disk, flush_disk});
        transports[kDisk] = &disk.get()->transport();
    }
    if (boot.has_network != 0) {
        network.make(memory, line_of(kNetwork), boot.mac, send_frame, nullptr);
        transports[kNetwork] = &network.get()->transport();
    }
    // All of the board's slots, those with nothing in them too: a guest may look for devices by itself.
    if (call(SystemCall::add_device_region, kFirstSlot, kBoardSlots * kSlotBytes) < 0)
        give_up("no place for the devices");
}

void start_serving() {
    if (call(SystemCall::start_thread, reinterpret_cast<u64>(&serve_devices), 0) < 0)
        give_up("no thread for the devices");
}

u32 device_slots() {
    u32 slots = 0;
    for (u32 slot = 0; slot < kSlots; ++slot) slots |= transports[slot] != nullptr ? 1U << slot : 0;
    return slots;
}

void reset_devices() {
    for (u32 slot = 0; slot < kSlots; ++slot) {
        if (transports[slot] == nullptr) continue;
        DeviceLocked locked(locks[slot]);
        if (slot == kConsole) console.get()->reset();
        if (slot == kEntropy) entropy.get()->reset();
        if (slot == kDisk) disk.get()->reset();
        if (slot == kNetwork) network.get()->reset();
    }
}

void access_device(RunArea& area) {
    const u64 offset = area.address - kFirstSlot;
    const u64 slot = offset / kSlotBytes;
    const u32 at = static_cast<u32>(offset % kSlotBytes);
    if (slot >= kBoardSlots) {
        area.refused = 1;
        return;
    }
    const bool write = area.access == trace::Access::write;
    if (slot >= kSlots || transports[slot] == nullptr) {
        if (!write) area.value = virtio::read_empty_slot(at, area.bytes);
        return;
    }
    Transport& transport = *transports[slot];
    const bool locks_it = Transport::needs_lock(at);
    if (locks_it) locks[slot].lock();
    if (write) {
        transport.write(at, area.bytes, area.value);
    } else {
        area.value = transport.read(at, area.bytes);
    }
    if (locks_it) locks[slot].unlock();
}

}  // namespace ws::vmm
