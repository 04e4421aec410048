// SPDX-License-Identifier: Apache-2.0
#include "guest_machine.hpp"

#include "hyp/device_tree/reader.hpp"

namespace guest {

namespace {

using ws::device_tree::Node;
using ws::device_tree::Property;
using ws::device_tree::Reader;

Machine the_machine;
char arguments[512];

extern "C" char guest_bss_end[];

constexpr u32 kAffinity = 0x00ff'ffff;
constexpr u32 kFirstPpi = 16;
constexpr u32 kFirstSpi = 32;

/// An interrupt of the arm,gic-v3 binding: type (0 SPI, 1 PPI), number, flags.
u32 intid(const Property& interrupts, u32 which) {
    if (interrupts.bytes < (which + 1) * 12) return 0;
    return interrupts.cell(which * 3 + 1) + (interrupts.cell(which * 3) == 0 ? kFirstSpi : kFirstPpi);
}

void read_cpus(const Reader& tree, Machine& m) {
    const Node cpus = tree.child(tree.first(), "cpus");
    const u32 cells = tree.property(cpus, "#address-cells").cell(0);
    for (Node node = cpus; (node = tree.next(node)) && node.depth > cpus.depth;) {
        if (!tree.property(node, "device_type").has_string("cpu") || m.cpus == kMaxCpus) continue;
        m.mpidr[m.cpus++] = tree.property(node, "reg").number(0, cells);
    }
    if (m.cpus == 0) m.cpus = 1;
}

void read_devices(const Reader& tree, Machine& m) {
    const Property gic = tree.property(tree.find_compatible("arm,gic-v3"), "reg");
    m.distributor = gic.number(0, 2);
    m.distributor_bytes = gic.number(2, 2);
    m.redistributors = gic.number(4, 2);
    m.redistributors_bytes = gic.number(6, 2);

    Node uart = tree.find_compatible("arm,pl011");
    // Xen's has a part of a PL011's registers, in the same places: enough to send.
    if (!uart) uart = tree.find_compatible("arm,sbsa-uart");
    m.uart = tree.property(uart, "reg").number(0, 2);
    m.uart_intid = intid(tree.property(uart, "interrupts"), 0);

    // The order of the timer's binding: secure physical, non-secure physical, virtual, hypervisor's.
    const Property timer = tree.property(tree.find_compatible("arm,armv8-timer"), "interrupts");
    m.physical_timer_intid = intid(timer, 1);
    m.virtual_timer_intid = intid(timer, 2);

    const Node psci = tree.find_compatible("arm,psci-0.2");
    m.psci = static_cast<bool>(psci);
    m.psci_by_hvc = tree.property(psci, "method").has_string("hvc");
    m.hypervisor = static_cast<bool>(tree.find_compatible("worldswitch,hypervisor"));
}

}  // namespace

const Machine& machine() { return the_machine; }

const char* read_machine(const void* device_tree) {
    const Reader tree(device_tree);
    Machine& m = the_machine;
    for (Node node = tree.first(); node; node = tree.next(node)) {
        if (!tree.property(node, "device_type").has_string("memory")) continue;
        m.ram = tree.property(node, "reg").number(0, 2);
        m.ram_bytes = tree.property(node, "reg").number(2, 2);
        break;
    }
    read_cpus(tree, m);
    read_devices(tree, m);
    const char* from = tree.property(tree.child(tree.first(), "chosen"), "bootargs").string();
    for (u64 i = 0; i + 1 < sizeof(arguments) && from[i] != '\0'; ++i) arguments[i] = from[i];
    return arguments;
}

void forget_hypervisor() { the_machine.hypervisor = false; }

u64 free_start() { return (reinterpret_cast<u64>(guest_bss_end) + 0xfff) & ~u64{0xfff}; }
u64 ram_end() { return the_machine.ram + the_machine.ram_bytes; }

}  // namespace guest
