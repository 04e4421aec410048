// SPDX-License-Identifier: Apache-2.0
// The board's disks: QEMU's virtio-blk devices (VIRTIO 1.2, 5.2).
#pragma once

#include "../arch/types.hpp"

namespace ws {

inline constexpr u64 kSectorBytes = 512;
/// What one transfer may have.
inline constexpr u64 kMaxTransferBytes = 1ULL << 30;

/// The numbers are virtio's (5.2.6).
enum class DiskOperation : u32 { read = 0, write = 1, flush = 4 };

enum class DiskResult : u8 {
    done,
    refused,  ///< no such disk, not whole sectors, beyond its end, too much at once, or a write to a disk that is
              ///< read-only
    failed,   ///< the disk reports an error
    broken,   ///< the device misbehaved and is not used any more
};

/// Finds the board's disks. Disk 0 is the one whose -device comes first on QEMU's command line. Called once, by the
/// kernel.
void open_disks();

u32 disk_count();
/// 0 for a disk that is not there.
u64 disk_sectors(u32 disk);
bool disk_is_read_only(u32 disk);

/// Moves `bytes` between the disk and `memory`, which is contiguous RAM. The current thread waits; any number of
/// threads may. What was written before a flush began is in QEMU's disk image when the flush is done; a flush has no
/// memory.
DiskResult transfer(u32 disk, DiskOperation operation, u64 first_sector, Pa memory, u64 bytes);

}  // namespace ws
