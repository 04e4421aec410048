// SPDX-License-Identifier: Apache-2.0
#include "guest_loader.hpp"

#include "../device_tree/writer.hpp"
#include "panic.hpp"

namespace ws {

namespace {

constexpr u64 kDeviceTreeBytes = 64 * 1024;

/// arm64 Image header.
struct ImageHeader {
    u32 code0, code1;
    u64 text_offset;
    u64 image_size;   ///< with what is not in the file, such as .bss
    u64 flags;
    u64 reserved[3];
    u32 magic;
    u32 reserved4;
};
constexpr u32 kImageMagic = 0x644d'5241;   // "ARM\x64"

struct Placement {
    u64 offset;
    u64 bytes;
};

/// Where in guest RAM the image goes, and how much it takes there.
Placement place(const Module& guest) {
    ImageHeader header{};
    if (guest.range.bytes >= sizeof(header)) {
        __builtin_memcpy(&header, reinterpret_cast<const void*>(guest.range.start.value), sizeof(header));
    }
    if (header.magic != kImageMagic) return {0, guest.range.bytes};
    const u64 bytes = header.image_size > guest.range.bytes ? header.image_size : guest.range.bytes;
    return {header.text_offset, bytes};
}

/// What the guest has: memory, CPUs, its arguments, and how to call the hypervisor.
u32 write_device_tree(const Vm& vm, const char* arguments, u8* buffer, u32 capacity) {
    device_tree::Writer tree(buffer, capacity);
    tree.begin_node("");
    tree.property_u32("#address-cells", 2);
    tree.property_u32("#size-cells", 2);
    tree.property("compatible", "worldswitch,virt");
    tree.property("model", "Worldswitch virtual machine");
    tree.begin_node("chosen");
    tree.property("bootargs", arguments);
    tree.end_node();
    tree.begin_node("memory@40000000");
    tree.property("device_type", "memory");
    tree.property_u64("reg", Vm::kMemoryStart.value, vm.memory_bytes);
    tree.end_node();
    tree.begin_node("cpus");
    tree.property_u32("#address-cells", 1);
    tree.property_u32("#size-cells", 0);
    tree.begin_node("cpu@0");
    tree.property("device_type", "cpu");
    tree.property("compatible", "arm,armv8");
    tree.property_u32("reg", 0);
    tree.end_node();
    tree.end_node();
    tree.begin_node("hypervisor");
    tree.property("compatible", "worldswitch,hypervisor");
    tree.property("method", "hvc");
    tree.end_node();
    tree.end_node();
    return tree.finish();
}

}  // namespace

GuestEntry load_guest(Vm& vm, const Module& guest) {
    require(guest.range.bytes != 0, "the guest's image is empty");
    const u64 tree_offset = (vm.memory_bytes - kDeviceTreeBytes) & ~(kDeviceTreeBytes - 1);
    const Placement image = place(guest);
    if (image.offset > tree_offset || image.bytes > tree_offset - image.offset) {
        panic("the guest's memory is too small for its image, which needs bytes", image.offset + image.bytes + kDeviceTreeBytes);
    }
    const Ipa entry = Vm::kMemoryStart + image.offset;
    u8* const to = vm.guest_memory(entry, guest.range.bytes);
    __builtin_memcpy(to, reinterpret_cast<const void*>(guest.range.start.value), guest.range.bytes);

    const Ipa tree = Vm::kMemoryStart + tree_offset;
    const u32 written = write_device_tree(vm, guest.arguments, vm.guest_memory(tree, kDeviceTreeBytes), kDeviceTreeBytes);
    require(written != 0, "the guest's device tree does not fit in 64 KiB");
    return {entry, tree};
}

}  // namespace ws
