// SPDX-License-Identifier: Apache-2.0
// Writes blocks to a file or a block device, has them brought to the disk, and reads them back in another order.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "app.hpp"

namespace {

using namespace app;

constexpr const char* kUsageWords = "FOLDER|DEVICE BLOCKS [SEED]   (a folder gets a file, which is removed in the end)";
constexpr std::size_t kBlock = 16 * 1024;
constexpr std::size_t kAlignment = 4096;  // of memory and place, as O_DIRECT wants it
constexpr u64 kBlocksBetweenSyncs = 8;

struct Place {
    std::string path;
    bool temporary;

    static Place find(const char* given) {
        struct stat found{};
        must(::stat(given, &found), given);
        if (S_ISDIR(found.st_mode)) return {std::string(given) + "/block_io.data", true};
        if (!S_ISBLK(found.st_mode)) fail(false, "%s is neither a folder nor a block device", given);
        return {given, false};
    }
};

/// Without the page cache where that can be: what is read then comes from the disk.
struct Disk {
    Fd fd;
    bool direct;

    static Disk open(const Place& place) {
        const int flags = O_RDWR | (place.temporary ? O_CREAT | O_TRUNC : 0);
        const int direct = ::open(place.path.c_str(), flags | O_DIRECT, 0600);
        if (direct >= 0) return {Fd(direct), true};
        if (errno != EINVAL) fail(true, "%s", place.path.c_str());
        return {Fd(must(::open(place.path.c_str(), flags, 0600), place.path.c_str())), false};
    }
};

struct Free {
    void operator()(u8* memory) const { std::free(memory); }
};

std::unique_ptr<u8, Free> new_block() {
    return std::unique_ptr<u8, Free>(static_cast<u8*>(std::aligned_alloc(kAlignment, kBlock)));
}

/// With another seed other bytes, so that what an earlier run left on a device is not taken for this one's.
void make_block(u64 seed, u64 number, std::span<u8> block) { Pattern(seed << 40 ^ number).fill(block); }

void write_blocks(int fd, u64 blocks, u64 seed) {
    const auto block = new_block();
    for (u64 number = 0; number < blocks; number++) {
        make_block(seed, number, {block.get(), kBlock});
        const ssize_t written = ::pwrite(fd, block.get(), kBlock, static_cast<off_t>(number * kBlock));
        expect(must(written, "write") == kBlock, "a block was not written whole");
        if ((number + 1) % kBlocksBetweenSyncs == 0) must(::fsync(fd), "fsync");
    }
    must(::fsync(fd), "fsync");
}

std::vector<u64> shuffled(u64 blocks) {
    std::vector<u64> order(blocks);
    std::iota(order.begin(), order.end(), u64{0});
    Pattern pattern(blocks);
    for (u64 left = blocks; left > 1; left--) std::swap(order[left - 1], order[pattern.next() % left]);
    return order;
}

/// Returns the checksum of the blocks in their order of reading.
u64 verify_blocks(int fd, u64 blocks, u64 seed) {
    const auto block = new_block();
    std::vector<u8> wanted(kBlock);
    Checksum checksum;
    for (const u64 number : shuffled(blocks)) {
        make_block(seed, number, wanted);
        const ssize_t got = ::pread(fd, block.get(), kBlock, static_cast<off_t>(number * kBlock));
        expect(must(got, "read") == kBlock, "a block was not read whole");
        if (!std::equal(wanted.begin(), wanted.end(), block.get())) {
            fail(false, "block %ju is not what was written", number);
        }
        checksum.add(wanted);
    }
    return checksum.value();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) usage(kUsageWords);
    const u64 blocks = count_of(argv[2], kUsageWords);
    const u64 seed = argc == 4 ? count_of(argv[3], kUsageWords) : 1;
    const Place place = Place::find(argv[1]);
    const Disk disk = Disk::open(place);
    write_blocks(disk.fd.get(), blocks, seed);
    // Without O_DIRECT: at least what the cache can let go.
    if (!disk.direct) ::posix_fadvise(disk.fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    const u64 checksum = verify_blocks(disk.fd.get(), blocks, seed);
    if (place.temporary) must(::unlink(place.path.c_str()), "unlink");
    std::printf(
        "@app {\"app\": \"block_io\", \"operations\": %ju, \"bytes\": %ju, \"direct\": %s, \"checksum\": \"%016jx\"}\n",
        2 * blocks, 2 * blocks * kBlock, disk.direct ? "true" : "false", checksum);
    return kSuccess;
}
