// SPDX-License-Identifier: Apache-2.0
// Where in a guest's memory its image, its ramdisk and its device tree go (Linux: Documentation/arm64/booting.rst).
// Sums alone; who has the memory copies.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct GuestFiles {
    const u8* image = nullptr;
    u64 image_bytes = 0;
    u64 ramdisk_bytes = 0;  ///< 0: none
    u64 flat_offset = 0;    ///< where an image without an arm64 header goes
};

/// Offsets from the start of the guest's memory.
struct GuestPlacement {
    static constexpr u64 kDeviceTreeBytes = 64 * 1024;

    const char* problem = nullptr;  ///< why it is not possible; then the rest says nothing
    u64 needed_bytes = 0;           ///< with a problem: how much memory would do, if that is the problem
    u64 image = 0;
    u64 ramdisk = 0;
    u64 device_tree = 0;
};

/// An arm64 Image goes to its text_offset, or 2 MiB further if that is less than a page; anything else to
/// `flat_offset`. The ramdisk goes to the middle of memory, at most 128 MiB from its start, or behind the image: all of
/// it as QEMU's board does, so that what boots there boots here. The device tree goes into the last 64 KiB.
GuestPlacement place_guest(const GuestFiles& files, u64 memory_bytes);

}  // namespace ws
