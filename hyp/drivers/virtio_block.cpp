// SPDX-License-Identifier: Apache-2.0
#include "virtio_block.hpp"

#include "device_driver.hpp"

namespace ws {

namespace {

using host_virtio::Driver;

constexpr u64 kFeatureReadOnly = 1ULL << 5, kFeatureFlush = 1ULL << 9;  // 5.2.3

struct Disk {
    Driver* driver;
    u64 sectors;
};
constexpr u32 kMaxDisks = BoardInfo::kMaxModules;
Disk disks[kMaxDisks];
u32 disks_found = 0;

/// What a request begins with (5.2.6).
struct Header {
    DiskOperation type;
    u32 reserved;
    u64 first_sector;
};

bool may_transfer(const Disk& disk, DiskOperation operation, u64 first_sector, u64 bytes) {
    if (operation == DiskOperation::flush) return true;
    if (operation != DiskOperation::read && operation != DiskOperation::write) return false;
    if (operation == DiskOperation::write && disk.driver->has(kFeatureReadOnly)) return false;
    if (bytes % kSectorBytes != 0 || bytes > kMaxTransferBytes) return false;
    return first_sector <= disk.sectors && bytes / kSectorBytes <= disk.sectors - first_sector;
}

}  // namespace

void open_disks() {
    // QEMU gives its devices the slots from the last one down.
    for (u32 i = board.virtio_slot_count; i-- > 0 && disks_found < kMaxDisks;) {
        const host_virtio::MmioDevice device(board.virtio_slots[i].registers);
        if (device.id() != host_virtio::DeviceId::block) continue;
        Driver* const driver = host_virtio::open_driver(board.virtio_slots[i], kFeatureReadOnly | kFeatureFlush);
        if (driver == nullptr) continue;
        disks[disks_found++] = {driver, device.config64(0)};
    }
}

u32 disk_count() { return disks_found; }
u64 disk_sectors(u32 disk) { return disk < disks_found ? disks[disk].sectors : 0; }
bool disk_is_read_only(u32 disk) { return disk < disks_found && disks[disk].driver->has(kFeatureReadOnly); }

DiskResult transfer(u32 number, DiskOperation operation, u64 first_sector, Pa memory, u64 bytes) {
    if (number >= disks_found) return DiskResult::refused;
    const Disk& disk = disks[number];
    if (!may_transfer(disk, operation, first_sector, bytes)) return DiskResult::refused;
    const bool flush = operation == DiskOperation::flush;
    // A disk that cannot flush has no cache to lose: what was written is there (5.2.6.2).
    if (flush ? !disk.driver->has(kFeatureFlush) : bytes == 0) return DiskResult::done;

    constexpr u8 kOk = 0, kNoAnswer = 0xff;
    const Header header{operation, 0, flush ? 0 : first_sector};
    u8 status = kNoAnswer;
    host_virtio::Request request;
    request.lend({Pa(reinterpret_cast<u64>(&header)), sizeof(header), false});
    if (!flush) request.lend({memory, static_cast<u32>(bytes), operation == DiskOperation::read});
    request.lend({Pa(reinterpret_cast<u64>(&status)), sizeof(status), true});
    if (!disk.driver->run(request)) return DiskResult::broken;
    return __atomic_load_n(&status, __ATOMIC_RELAXED) == kOk ? DiskResult::done : DiskResult::failed;
}

}  // namespace ws
