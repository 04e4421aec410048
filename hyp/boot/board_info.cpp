// SPDX-License-Identifier: Apache-2.0
#include "board_info.hpp"

#include "../base/panic.hpp"
#include "../device_tree/reader.hpp"
#include "boot_options.hpp"

namespace ws {

BoardInfo board;

namespace {

using device_tree::Node;
using device_tree::Property;
using device_tree::Reader;

/// #address-cells and #size-cells of the nodes that are children of `parent`, which has the root's if it says nothing.
struct Cells {
    u32 address, size;
};

Cells cells_of(const Reader& tree, Node parent) {
    const Property address = tree.property(parent, "#address-cells");
    const Property size = tree.property(parent, "#size-cells");
    if (address && size) return {address.cell(0), size.cell(0)};
    if (parent.depth == 0) return {2, 1};  // the specification's own default
    return cells_of(tree, tree.first());   // QEMU's guest-loader writes /chosen's modules so
}

/// Entry `index` of the node's reg.
PaRange reg_of(const Reader& tree, Node node, Cells cells, u32 index = 0) {
    const Property reg = tree.property(node, "reg");
    const u32 first = index * (cells.address + cells.size);
    return {Pa(reg.number(first, cells.address)), reg.number(first + cells.address, cells.size)};
}

void read_memory(const Reader& tree, BoardInfo& board_info) {
    const Node root = tree.first();
    for (Node node = tree.next(root); node; node = tree.next(node)) {
        if (node.depth != 1 || !tree.property(node, "device_type").has_string("memory")) continue;
        const PaRange range = reg_of(tree, node, cells_of(tree, root));
        if (range.bytes > board_info.memory.bytes) board_info.memory = range;
    }
    require(board_info.memory.bytes != 0, "the device tree has no memory node");
}

void read_cpus(const Reader& tree, BoardInfo& board_info) {
    const Node cpus_node = tree.child(tree.first(), "cpus");
    const Cells cells = cells_of(tree, cpus_node);
    for (Node node = tree.next(cpus_node); node && node.depth > cpus_node.depth; node = tree.next(node)) {
        if (!tree.property(node, "device_type").has_string("cpu")) continue;
        if (board_info.cpu_count == trace::kMaxCpus)
            panic("the board has more CPUs than this hypervisor can use", trace::kMaxCpus);
        board_info.cpu_mpidr[board_info.cpu_count++] = tree.property(node, "reg").number(0, cells.address);
    }
    require(board_info.cpu_count != 0, "the device tree has no CPU");
}

constexpr u32 kFirstSpi = 32;  // an interrupt is <type number flags>, type 0 for SPIs

void read_devices(const Reader& tree, BoardInfo& board_info) {
    const Cells cells = cells_of(tree, tree.first());
    const Node uart = tree.find_compatible("arm,pl011");
    require(static_cast<bool>(uart), "the device tree has no arm,pl011");
    board_info.uart = reg_of(tree, uart, cells);
    board_info.uart_intid = kFirstSpi + tree.property(uart, "interrupts").cell(1);
    const Node gic = tree.find_compatible("arm,gic-v3");
    require(static_cast<bool>(gic), "the device tree has no arm,gic-v3; start QEMU with gic-version=3");
    board_info.gic_distributor = reg_of(tree, gic, cells, 0);
    board_info.gic_redistributors = reg_of(tree, gic, cells, 1);
    const Node psci = tree.child(tree.first(), "psci");
    require(tree.property(psci, "method").has_string("smc"),
            "the board's PSCI is not called by SMC; start QEMU with virtualization=on");
}

void read_virtio_slots(const Reader& tree, BoardInfo& board_info) {
    const Cells cells = cells_of(tree, tree.first());
    for (Node node = tree.find_compatible("virtio,mmio"); node; node = tree.find_compatible("virtio,mmio", node)) {
        if (board_info.virtio_slot_count == BoardInfo::kMaxVirtioSlots)
            panic("too many virtio-mmio slots", BoardInfo::kMaxVirtioSlots);
        const VirtioSlot slot{reg_of(tree, node, cells).start, kFirstSpi + tree.property(node, "interrupts").cell(1)};
        u32 place = board_info.virtio_slot_count++;
        for (; place > 0 && slot.registers < board_info.virtio_slots[place - 1].registers; --place) {
            board_info.virtio_slots[place] = board_info.virtio_slots[place - 1];
        }
        board_info.virtio_slots[place] = slot;
    }
}

void copy_arguments(const char* arguments, Module& module) {
    u32 i = 0;
    for (; arguments[i] != '\0'; ++i) {
        if (i + 1 == Module::kMaxArguments)
            panic("a guest's arguments are too long; bytes allowed", Module::kMaxArguments - 1);
        module.arguments[i] = arguments[i];
    }
    module.arguments[i] = '\0';
}

/// The tree lists modules in any order; their order in memory is the order of the VMs.
void sort_modules(BoardInfo& board_info) {
    for (u32 i = 1; i < board_info.module_count; ++i) {
        for (u32 j = i; j > 0 && board_info.modules[j].range.start < board_info.modules[j - 1].range.start; --j) {
            const Module later = board_info.modules[j - 1];
            board_info.modules[j - 1] = board_info.modules[j];
            board_info.modules[j] = later;
        }
    }
}

/// Nothing in the tree says whose a ramdisk is: it belongs to the guest whose image lies last before it.
void give_ramdisk(PaRange ramdisk, BoardInfo& board_info) {
    Module* owner = nullptr;
    for (u32 i = 0; i < board_info.module_count; ++i) {
        if (board_info.modules[i].range.start < ramdisk.start) owner = &board_info.modules[i];
    }
    if (owner == nullptr) panic("no guest's image lies before the ramdisk at", ramdisk.start.value);
    if (owner->ramdisk.bytes != 0) panic("a guest has a second ramdisk, at", ramdisk.start.value);
    owner->ramdisk = ramdisk;
}

void read_modules(const Reader& tree, Node chosen, PaRange tree_range, BoardInfo& board_info) {
    const Cells cells = cells_of(tree, chosen);
    PaRange ramdisks[BoardInfo::kMaxModules];
    u32 ramdisk_count = 0;
    for (Node node = tree.next(chosen); node && node.depth > chosen.depth; node = tree.next(node)) {
        const Property compatible = tree.property(node, "compatible");
        if (!compatible.has_string("multiboot,module")) continue;
        const bool is_ramdisk = compatible.has_string("multiboot,ramdisk");
        u32& count = is_ramdisk ? ramdisk_count : board_info.module_count;
        if (count == BoardInfo::kMaxModules) panic("too many modules", BoardInfo::kMaxModules);
        const PaRange range = reg_of(tree, node, cells);
        if (range.overlaps(tree_range)) panic("the device tree was loaded over a module, at", range.start.value);
        if (is_ramdisk) {
            ramdisks[count++] = range;
        } else {
            Module& module = board_info.modules[count++];
            module.range = range;
            copy_arguments(tree.property(node, "bootargs").string(), module);
        }
    }
    sort_modules(board_info);
    for (u32 i = 0; i < ramdisk_count; ++i) give_ramdisk(ramdisks[i], board_info);
}

}  // namespace

static_assert(sizeof(BootOptions::vms) / sizeof(VmOptions) == BoardInfo::kMaxModules);

void read_board_info(const void* blob, BoardInfo& board_info) {
    const Reader tree(blob);
    if (!tree.valid()) panic("no device tree at the address in X0", reinterpret_cast<u64>(blob));
    read_memory(tree, board_info);
    read_cpus(tree, board_info);
    read_devices(tree, board_info);
    read_virtio_slots(tree, board_info);
    const Node chosen = tree.child(tree.first(), "chosen");
    read_modules(tree, chosen, {Pa(reinterpret_cast<u64>(blob)), tree.bytes()}, board_info);
    board_info.options = parse_boot_options(tree.property(chosen, "bootargs").string());
}

}  // namespace ws
