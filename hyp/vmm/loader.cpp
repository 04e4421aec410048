// SPDX-License-Identifier: Apache-2.0
#include "loader.hpp"

#include "guest_device_tree.hpp"
#include "guest_placement.hpp"
#include "kernel_calls.hpp"

namespace ws::vmm {

namespace {

void copy(UserVa from, u64 bytes, u8* to) { __builtin_memcpy(to, reinterpret_cast<const void*>(from.value), bytes); }

/// Instruction fetches must find it. (That a guest whose caches are off finds what is loaded is the kernel's care, when
/// the guest touches it.)
void make_executable(const u8* image, u64 bytes) {
    for (u64 done = 0, part; done < bytes; done += part) {
        part = bytes - done < kMaxMemoryBytes ? bytes - done : kMaxMemoryBytes;
        if (call(SystemCall::clean_memory, address_of(image + done), part) < 0)
            give_up("the guest's image is not written back");
    }
}

}  // namespace

GuestEntry load_guest(const BootPage& boot, const GuestMemory& memory, u32 virtio_slots) {
    const u8* const image = reinterpret_cast<const u8*>(boot.image.value);
    const GuestPlacement placed =
        place_guest({image, boot.image_bytes, boot.ramdisk_bytes, boot.load_offset}, memory.bytes());
    if (placed.problem != nullptr) give_up(placed.problem, placed.needed_bytes);
    GuestMachine machine;
    machine.memory_start = memory.start().value;
    machine.memory_bytes = memory.bytes();
    machine.vcpus = boot.vcpus;
    machine.bootargs = boot.arguments;
    machine.virtio_slots = virtio_slots;
    const Ipa start = memory.start();
    u8* const image_at = memory.at(start + placed.image, boot.image_bytes);
    copy(boot.image, boot.image_bytes, image_at);
    make_executable(image_at, boot.image_bytes);
    if (boot.ramdisk_bytes != 0) {
        copy(boot.ramdisk, boot.ramdisk_bytes, memory.at(start + placed.ramdisk, boot.ramdisk_bytes));
        machine.initrd_start = (start + placed.ramdisk).value;
        machine.initrd_end = machine.initrd_start + boot.ramdisk_bytes;
    }
    constexpr u32 kTreeBytes = GuestPlacement::kDeviceTreeBytes;
    const Ipa tree = start + placed.device_tree;
    if (write_guest_device_tree(machine, memory.at(tree, kTreeBytes), kTreeBytes) == 0) {
        give_up("the guest's device tree does not fit in 64 KiB");
    }
    return {start + placed.image, tree};
}

}  // namespace ws::vmm
