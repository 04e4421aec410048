// SPDX-License-Identifier: Apache-2.0
#include "guest_placement.hpp"

namespace ws {

namespace {

/// arm64 Image header.
struct ImageHeader {
    u32 code0, code1;
    u64 text_offset;
    u64 image_size;  ///< with what is not in the file, such as .bss
    u64 flags;
    u64 reserved[3];
    u32 magic;
    u32 reserved4;
};
constexpr u32 kImageMagic = 0x644d'5241;  // "ARM\x64"

struct Placement {
    u64 offset;
    u64 bytes;
};

Placement place_image(const GuestFiles& files) {
    ImageHeader header{};
    if (files.image_bytes >= sizeof(header)) __builtin_memcpy(&header, files.image, sizeof(header));
    if (header.magic != kImageMagic) return {files.flat_offset, files.image_bytes};
    const u64 bytes = header.image_size > files.image_bytes ? header.image_size : files.image_bytes;
    // On the board the first page is the boot code's; such an image is for any place that is a multiple of 2 MiB.
    constexpr u64 kBootCode = 4096, kUnit = 2 * 1024 * 1024;
    return {header.text_offset < kBootCode ? header.text_offset + kUnit : header.text_offset, bytes};
}

constexpr bool fits(u64 offset, u64 bytes, u64 end) { return offset <= end && bytes <= end - offset; }

/// What a header says may be anything: where the sum is no number of 64 bits, the largest there is.
constexpr u64 capped_sum(u64 a, u64 b) { return a > ~b ? ~u64{0} : a + b; }

GuestPlacement refuse(const char* problem, u64 needed_bytes) {
    GuestPlacement refused;
    refused.problem = problem;
    refused.needed_bytes = needed_bytes;
    return refused;
}

}  // namespace

GuestPlacement place_guest(const GuestFiles& files, u64 memory_bytes) {
    constexpr u64 kTree = GuestPlacement::kDeviceTreeBytes, kPage = 4096, kRamdiskHighest = 128 * 1024 * 1024;
    if (files.image_bytes == 0) return refuse("the guest's image is empty", 0);
    if (memory_bytes < 2 * kTree) return refuse("the guest's memory is too small; bytes needed", 2 * kTree);
    GuestPlacement placed;
    placed.device_tree = (memory_bytes - kTree) & ~(kTree - 1);
    const Placement image = place_image(files);
    if (!fits(image.offset, image.bytes, placed.device_tree)) {
        return refuse("the guest's memory is too small for its image; bytes needed",
                      capped_sum(capped_sum(image.offset, image.bytes), kTree));
    }
    placed.image = image.offset;
    if (files.ramdisk_bytes == 0) return placed;

    const u64 middle = memory_bytes / 2 < kRamdiskHighest ? memory_bytes / 2 : kRamdiskHighest;
    const u64 image_end = image.offset + image.bytes;
    placed.ramdisk = ((middle > image_end ? middle : image_end) + kPage - 1) & ~(kPage - 1);
    if (!fits(placed.ramdisk, files.ramdisk_bytes, placed.device_tree)) {
        return refuse("the guest's memory is too small for its ramdisk; bytes needed",
                      capped_sum(capped_sum(placed.ramdisk, files.ramdisk_bytes), kTree));
    }
    return placed;
}

}  // namespace ws
