// SPDX-License-Identifier: Apache-2.0
#include "virtio_mmio.hpp"

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/device_memory.hpp"

namespace ws::host_virtio {

namespace {

// Registers (4.2.2).
constexpr u64 kMagicValue = 0x000, kVersion = 0x004, kDeviceId = 0x008;
constexpr u64 kDeviceFeatures = 0x010, kDeviceFeaturesSel = 0x014;
constexpr u64 kDriverFeatures = 0x020, kDriverFeaturesSel = 0x024;
constexpr u64 kQueueSel = 0x030, kQueueNumMax = 0x034, kQueueNum = 0x038, kQueueReady = 0x044, kQueueNotify = 0x050;
constexpr u64 kInterruptStatus = 0x060, kInterruptAck = 0x064, kStatus = 0x070;
constexpr u64 kQueueDesc = 0x080, kQueueDriver = 0x090, kQueueDevice = 0x0a0;
constexpr u64 kConfigGeneration = 0x0fc, kConfig = 0x100;

constexpr u32 kMagic = 0x7472'6976;  // "virt"

// Bits of the status (2.1).
constexpr u32 kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8, kNeedsReset = 64, kFailed = 128;

constexpr u64 kFeatureVersion1 = 1ULL << 32;

}  // namespace

u32 MmioDevice::read(u64 offset) const { return hw::read_mmio32(registers_ + offset); }
void MmioDevice::write(u64 offset, u32 value) const { hw::write_mmio32(registers_ + offset, value); }

void MmioDevice::write_address(u64 offset, Pa address) const {
    write(offset, static_cast<u32>(address.value));
    write(offset + 4, static_cast<u32>(address.value >> 32));
}

void MmioDevice::add_status(u32 bits) const { write(kStatus, read(kStatus) | bits); }

DeviceId MmioDevice::id() const {
    return read(kMagicValue) == kMagic ? static_cast<DeviceId>(read(kDeviceId)) : DeviceId::none;
}

bool MmioDevice::is_legacy() const { return read(kVersion) != 2; }

bool MmioDevice::reset() const {
    constexpr u32 kPatience = 1'000'000;
    write(kStatus, 0);
    for (u32 n = 0; n < kPatience; ++n) {
        if (read(kStatus) == 0) return true;
    }
    return false;
}

bool MmioDevice::negotiate(u64 wanted, u64& accepted) const {
    // The order of 3.1.1.
    if (!reset()) return false;
    add_status(kAcknowledge);
    add_status(kDriver);
    write(kDeviceFeaturesSel, 0);
    u64 offered = read(kDeviceFeatures);
    write(kDeviceFeaturesSel, 1);
    offered |= u64{read(kDeviceFeatures)} << 32;
    accepted = offered & (wanted | kFeatureVersion1);
    write(kDriverFeaturesSel, 0);
    write(kDriverFeatures, static_cast<u32>(accepted));
    write(kDriverFeaturesSel, 1);
    write(kDriverFeatures, static_cast<u32>(accepted >> 32));
    add_status(kFeaturesOk);
    if ((accepted & kFeatureVersion1) != 0 && (read(kStatus) & kFeaturesOk) != 0) return true;
    add_status(kFailed);
    return false;
}

bool MmioDevice::open_queue(const RequestQueue& queue) const {
    write(kQueueSel, 0);
    if (read(kQueueReady) != 0 || read(kQueueNumMax) < RequestQueue::kSize) {
        add_status(kFailed);
        return false;
    }
    write(kQueueNum, RequestQueue::kSize);
    write_address(kQueueDesc, queue.descriptors());
    write_address(kQueueDriver, queue.available());
    write_address(kQueueDevice, queue.used());
    hw::dsb_ishst();  // the rings are empty before the device looks at them
    write(kQueueReady, 1);
    return true;
}

void MmioDevice::start() const { add_status(kDriverOk); }

void MmioDevice::notify() const {
    hw::dsb_ishst();  // what the device is to find is there before it is told
    write(kQueueNotify, 0);
}

void MmioDevice::acknowledge_interrupt() const { write(kInterruptAck, read(kInterruptStatus)); }

bool MmioDevice::needs_reset() const { return (read(kStatus) & kNeedsReset) != 0; }

u64 MmioDevice::config64(u64 offset) const {
    for (;;) {  // the device may change it between two reads (2.5.1)
        const u32 generation = read(kConfigGeneration);
        const u64 low = read(kConfig + offset);
        const u64 high = read(kConfig + offset + 4);
        if (read(kConfigGeneration) == generation) return high << 32 | low;
    }
}

}  // namespace ws::host_virtio
