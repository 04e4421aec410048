// SPDX-License-Identifier: Apache-2.0
#include "guest_device_tree.hpp"

#include "../device_tree/writer.hpp"

namespace ws {

namespace {

using device_tree::Writer;

constexpr u32 kGicHandle = 1;
constexpr u32 kClockHandle = 2;

// Interrupt specifiers of a GICv3 (Linux: arm,gic-v3.yaml): kind, number, trigger.
constexpr u32 kSpi = 0;
constexpr u32 kPpi = 1;
constexpr u32 kLevelHigh = 4;

/// `name@address`, as a node with registers must be called.
class NodeName {
  public:
    NodeName(const char* name, u64 address) {
        u32 at = 0;
        while (*name != '\0') text_[at++] = *name++;
        text_[at++] = '@';
        unsigned shift = 60;
        while (shift != 0 && address >> shift == 0) shift -= 4;
        for (;; shift -= 4) {
            text_[at++] = "0123456789abcdef"[address >> shift & 0xf];
            if (shift == 0) break;
        }
    }
    const char* text() const { return text_; }

  private:
    char text_[32] = {};  ///< the longest name here has 11 characters
};

void write_chosen(Writer& tree, const GuestMachine& machine, const char* uart) {
    tree.begin_node("chosen");
    tree.property("bootargs", machine.bootargs);
    tree.property("stdout-path", uart);
    if (machine.initrd_end != 0) {
        tree.property_u64("linux,initrd-start", machine.initrd_start);
        tree.property_u64("linux,initrd-end", machine.initrd_end);
    }
    tree.end_node();
}

void write_memory(Writer& tree, const GuestMachine& machine) {
    tree.begin_node(NodeName("memory", machine.memory_start).text());
    tree.property("device_type", "memory");
    tree.property_u64("reg", machine.memory_start, machine.memory_bytes);
    tree.end_node();
}

void write_cpus(Writer& tree, const GuestMachine& machine) {
    tree.begin_node("cpus");
    tree.property_u32("#address-cells", 1);
    tree.property_u32("#size-cells", 0);
    for (u32 vcpu = 0; vcpu < machine.vcpus; ++vcpu) {
        tree.begin_node(NodeName("cpu", guest_cpu_affinity(vcpu)).text());
        tree.property("device_type", "cpu");
        tree.property("compatible", "arm,armv8");
        tree.property_u32("reg", guest_cpu_affinity(vcpu));
        tree.property("enable-method", "psci");
        tree.end_node();
    }
    tree.end_node();
}

void write_psci(Writer& tree) {
    tree.begin_node("psci");
    tree.property_strings("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci");
    tree.property("method", "hvc");
    // Who knows only PSCI 0.1 takes the functions' numbers from here; they are those of 0.2 (DEN 0022, 5.1).
    tree.property_u32("cpu_suspend", 0xc400'0001);
    tree.property_u32("cpu_off", 0x8400'0002);
    tree.property_u32("cpu_on", 0xc400'0003);
    tree.end_node();
}

void write_timer(Writer& tree) {
    tree.begin_node("timer");
    tree.property("compatible", "arm,armv8-timer");
    // Secure EL1, Non-secure EL1, virtual, Non-secure EL2: INTIDs 29, 30, 27, 26.
    tree.property_u32("interrupts", kPpi, 13, kLevelHigh, kPpi, 14, kLevelHigh, kPpi, 11, kLevelHigh, kPpi, 10,
                      kLevelHigh);
    tree.property("always-on");
    tree.end_node();
}

void write_gic(Writer& tree, const GuestMachine& machine) {
    tree.begin_node(NodeName("intc", machine.gicd).text());
    tree.property("compatible", "arm,gic-v3");
    tree.property_u32("#interrupt-cells", 3);
    tree.property("interrupt-controller");
    tree.property_u32("#address-cells", 2);
    tree.property_u32("#size-cells", 2);
    tree.property("ranges");
    tree.property_u64("reg", machine.gicd, machine.gicd_bytes, machine.gicr, machine.gicr_bytes);
    tree.property_u32("#redistributor-regions", 1);
    tree.property_u32("phandle", kGicHandle);
    tree.end_node();
}

void write_clock(Writer& tree) {
    tree.begin_node("apb-pclk");
    tree.property("compatible", "fixed-clock");
    tree.property_u32("#clock-cells", 0);
    tree.property_u32("clock-frequency", 24'000'000);
    tree.property("clock-output-names", "clk24mhz");
    tree.property_u32("phandle", kClockHandle);
    tree.end_node();
}

void write_uart(Writer& tree, const GuestMachine& machine, const char* name) {
    tree.begin_node(name);
    tree.property_strings("compatible", "arm,pl011", "arm,primecell");
    tree.property_u64("reg", machine.uart, machine.uart_bytes);
    tree.property_u32("interrupts", kSpi, machine.uart_spi, kLevelHigh);
    tree.property_u32("clocks", kClockHandle, kClockHandle);
    tree.property_strings("clock-names", "uartclk", "apb_pclk");
    tree.end_node();
}

void write_virtio(Writer& tree, const GuestMachine& machine, u32 slot) {
    const u64 at = machine.virtio + slot * machine.virtio_bytes;
    tree.begin_node(NodeName("virtio_mmio", at).text());
    tree.property("compatible", "virtio,mmio");
    tree.property_u64("reg", at, machine.virtio_bytes);
    tree.property_u32("interrupts", kSpi, machine.virtio_spi + slot, kLevelHigh);
    tree.property("dma-coherent");
    tree.end_node();
}

}  // namespace

u32 write_guest_device_tree(const GuestMachine& machine, u8* buffer, u32 capacity) {
    const NodeName uart("/pl011", machine.uart);
    Writer tree(buffer, capacity);
    tree.begin_node("");
    tree.property_u32("#address-cells", 2);
    tree.property_u32("#size-cells", 2);
    tree.property("compatible", "worldswitch,virt");
    tree.property("model", "Worldswitch virtual machine");
    tree.property_u32("interrupt-parent", kGicHandle);
    write_chosen(tree, machine, uart.text());
    write_memory(tree, machine);
    write_cpus(tree, machine);
    write_psci(tree);
    write_timer(tree);
    write_gic(tree, machine);
    write_clock(tree);
    write_uart(tree, machine, uart.text() + 1);  // without the path's slash
    for (u32 slot = 0; slot < 32; ++slot) {
        if ((machine.virtio_slots >> slot & 1) != 0) write_virtio(tree, machine, slot);
    }
    if (machine.is_ours) {
        tree.begin_node("hypervisor");
        tree.property("compatible", "worldswitch,hypervisor");
        tree.property("method", "hvc");
        tree.end_node();
    }
    tree.end_node();
    return tree.finish();
}

}  // namespace ws
