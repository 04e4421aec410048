// SPDX-License-Identifier: Apache-2.0
// Where a guest's files go in its memory.
#include <cstring>
#include <string>
#include <vector>

#include "hyp/vmm/guest_placement.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u64 kMiB = 1024 * 1024;

/// The first bytes of an arm64 Image (Linux: booting.rst, section 4).
std::vector<u8> image_with(u64 text_offset, u64 image_size) {
    std::vector<u8> image(64);
    std::memcpy(&image[8], &text_offset, 8);
    std::memcpy(&image[16], &image_size, 8);
    std::memcpy(&image[56], "ARM\x64", 4);
    return image;
}

GuestPlacement place(const std::vector<u8>& image, u64 ramdisk_bytes, u64 memory_bytes) {
    return place_guest({image.data(), image.size(), ramdisk_bytes, 0x8'0000}, memory_bytes);
}

}  // namespace

TEST_CASE("an Image goes where its header says, a flat binary where it is told") {
    CHECK(place(image_with(0, kMiB), 0, 64 * kMiB).image == 2 * kMiB);
    CHECK(place(image_with(0x8'0000, kMiB), 0, 64 * kMiB).image == 0x8'0000);
    CHECK(place(std::vector<u8>(100), 0, 64 * kMiB).image == 0x8'0000);
    CHECK(place(std::vector<u8>(3), 0, 64 * kMiB).image == 0x8'0000);
}

TEST_CASE("a ramdisk lies in the middle of memory, at most 128 MiB from its start, and never in the image") {
    const auto small = image_with(0, kMiB), large = image_with(0, 100 * kMiB + 1);
    CHECK(place(small, kMiB, 64 * kMiB).ramdisk == 32 * kMiB);
    CHECK(place(small, kMiB, 512 * kMiB).ramdisk == 128 * kMiB);
    CHECK(place(large, kMiB, 128 * kMiB).ramdisk == 102 * kMiB + 4096);
}

TEST_CASE("no file of a guest reaches into another one or out of memory") {
    for (const u64 memory : {4 * kMiB, 33 * kMiB, 64 * kMiB, 256 * kMiB, 1000 * kMiB}) {
        for (const u64 image_size : {u64{1}, kMiB, 30 * kMiB, 240 * kMiB}) {
            for (const u64 ramdisk : {u64{0}, u64{1}, 3 * kMiB, 31 * kMiB}) {
                const GuestPlacement placed = place(image_with(0, image_size), ramdisk, memory);
                const u64 tree = GuestPlacement::kDeviceTreeBytes;
                if (placed.problem != nullptr) {
                    CHECK(placed.needed_bytes > memory);
                    continue;
                }
                const u64 image_end = placed.image + image_size;
                CHECK(image_end <= placed.device_tree);
                CHECK(placed.device_tree + tree <= memory);
                if (ramdisk == 0) continue;
                CHECK(placed.ramdisk >= image_end);
                CHECK(placed.ramdisk + ramdisk <= placed.device_tree);
            }
        }
    }
}

TEST_CASE("what does not fit into a guest's memory is refused, with what it needs") {
    const auto image = image_with(0, 20 * kMiB);
    CHECK(place({}, 0, 64 * kMiB).problem != nullptr);
    CHECK(place(image, 0, 4096).problem != nullptr);
    const GuestPlacement no_image = place(image, 0, 16 * kMiB);
    CHECK(std::string(no_image.problem) == "the guest's memory is too small for its image; bytes needed");
    CHECK(place(image, 0, no_image.needed_bytes).problem == nullptr);
    const GuestPlacement no_ramdisk = place(image, 20 * kMiB, 33 * kMiB);
    CHECK(std::string(no_ramdisk.problem) == "the guest's memory is too small for its ramdisk; bytes needed");
    CHECK(place(image, 20 * kMiB, no_ramdisk.needed_bytes).problem == nullptr);
    // Sizes that a hostile header could hold: what is needed is more than there can be, and is told so.
    const GuestPlacement hostile[] = {place(image_with(0, ~u64{0}), 0, 64 * kMiB),
                                      place(image_with(~u64{0}, 1), 0, 64 * kMiB), place(image, ~u64{0}, 64 * kMiB)};
    for (const GuestPlacement& refused : hostile) {
        CHECK(refused.problem != nullptr);
        CHECK(refused.needed_bytes == ~u64{0});
    }
}
