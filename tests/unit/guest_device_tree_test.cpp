// SPDX-License-Identifier: Apache-2.0
// The device tree that guests get: read back, and looked over by dtc where that is installed.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "hyp/device_tree/reader.hpp"
#include "hyp/vmm/guest_device_tree.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;
using device_tree::Node;
using device_tree::Property;
using device_tree::Reader;

namespace {

GuestMachine machine_with(u32 vcpus) {
    GuestMachine machine;
    machine.memory_bytes = 0x1'2340'0000;
    machine.vcpus = vcpus;
    machine.bootargs = "console=ttyAMA0 quiet";
    machine.initrd_start = 0x4800'0000;
    machine.initrd_end = 0x4812'3456;
    return machine;
}

std::vector<u8> tree_of(const GuestMachine& machine) {
    alignas(8) static u8 buffer[64 * 1024];
    const u32 bytes = write_guest_device_tree(machine, buffer, sizeof(buffer));
    REQUIRE(bytes != 0);
    return {buffer, buffer + bytes};
}

std::vector<u64> cells(const Property& property) {
    std::vector<u64> values;
    for (u32 i = 0; i < property.bytes / 4; ++i) values.push_back(property.cell(i));
    return values;
}

/// Runs dtc over the blob. Returns false if there is no dtc; `said` is what it complains of.
bool run_dtc(const std::vector<u8>& blob, std::string& source, std::string& said) {
    if (std::system("dtc --version > /dev/null 2>&1") != 0) return false;
    char folder[] = "/tmp/guest_device_tree_XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    const std::string base = folder;
    std::ofstream(base + "/blob", std::ios::binary)
        .write(reinterpret_cast<const char*>(blob.data()), static_cast<std::streamsize>(blob.size()));
    const std::string command = "cd " + base + " && dtc -I dtb -O dts -o source blob > said 2>&1";
    const bool good = std::system(command.c_str()) == 0;
    const auto read = [&](const char* name) {
        std::stringstream text;
        text << std::ifstream(base + name).rdbuf();
        return text.str();
    };
    source = read("/source");
    said = read("/said");
    std::filesystem::remove_all(base);
    CHECK(good);
    return true;
}

}  // namespace

TEST_CASE("a guest's device tree describes its machine") {
    const auto blob = tree_of(machine_with(2));
    const Reader tree(blob.data());
    REQUIRE(tree.valid());
    const Node root = tree.first();
    const auto get = [&](const char* node, const char* name) { return tree.property(tree.child(root, node), name); };
    using Cells = std::vector<u64>;

    CHECK(std::string(get("chosen", "bootargs").string()) == "console=ttyAMA0 quiet");
    CHECK(std::string(get("chosen", "stdout-path").string()) == "/pl011@9000000");
    CHECK(get("chosen", "linux,initrd-start").number(0, 2) == 0x4800'0000);
    CHECK(get("chosen", "linux,initrd-end").number(0, 2) == 0x4812'3456);
    CHECK(std::string(tree.child(root, "memory").name) == "memory@40000000");
    CHECK(cells(get("memory", "reg")) == Cells{0, 0x4000'0000, 1, 0x2340'0000});

    const Node gic = tree.find_compatible("arm,gic-v3");
    REQUIRE(gic);
    CHECK(std::string(gic.name) == "intc@8000000");
    CHECK(cells(tree.property(gic, "reg")) == Cells{0, 0x0800'0000, 0, 0x1'0000, 0, 0x080a'0000, 0, 0xf6'0000});
    CHECK(tree.property(gic, "interrupt-controller"));
    CHECK(tree.property(gic, "#interrupt-cells").cell(0) == 3);
    CHECK(tree.property(root, "interrupt-parent").cell(0) == tree.property(gic, "phandle").cell(0));

    const Node uart = tree.find_compatible("arm,pl011");
    REQUIRE(uart);
    CHECK(std::string(uart.name) == "pl011@9000000");
    CHECK(tree.property(uart, "compatible").has_string("arm,primecell"));
    CHECK(cells(tree.property(uart, "reg")) == Cells{0, 0x0900'0000, 0, 0x1000});
    CHECK(cells(tree.property(uart, "interrupts")) == Cells{0, 1, 4});
    CHECK(tree.property(uart, "clock-names").has_string("uartclk"));
    CHECK(tree.property(uart, "clock-names").has_string("apb_pclk"));
    const u32 clock = tree.property(tree.find_compatible("fixed-clock"), "phandle").cell(0);
    CHECK(cells(tree.property(uart, "clocks")) == Cells{clock, clock});

    CHECK(cells(get("timer", "interrupts")) == Cells{1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4});
    CHECK(get("timer", "always-on"));
    CHECK(std::string(get("psci", "method").string()) == "hvc");
    for (const char* version : {"arm,psci-1.0", "arm,psci-0.2", "arm,psci"})
        CHECK(get("psci", "compatible").has_string(version));
    CHECK(get("psci", "cpu_on").cell(0) == 0xc400'0003);
    CHECK(get("hypervisor", "compatible").has_string("worldswitch,hypervisor"));
}

TEST_CASE("a guest's device tree has a node for every vCPU") {
    for (const u32 vcpus : {1U, 2U, 16U, 18U, 32U}) {
        const auto blob = tree_of(machine_with(vcpus));
        const Reader tree(blob.data());
        REQUIRE(tree.valid());
        u32 found = 0;
        for (Node cpu = tree.find_compatible("arm,armv8"); cpu; cpu = tree.find_compatible("arm,armv8", cpu)) {
            const u32 affinity = tree.property(cpu, "reg").cell(0);
            CHECK(affinity == (found / 16 * 256 + found % 16));
            char name[16];
            std::snprintf(name, sizeof(name), "cpu@%x", affinity);
            CHECK(std::string(cpu.name) == name);
            CHECK(std::string(tree.property(cpu, "enable-method").string()) == "psci");
            ++found;
        }
        CHECK(found == vcpus);
    }
}

TEST_CASE("a guest without an initial RAM disk is told of none") {
    GuestMachine machine = machine_with(1);
    machine.initrd_start = machine.initrd_end = 0;
    const auto blob = tree_of(machine);
    const Reader tree(blob.data());
    CHECK_FALSE(tree.property(tree.child(tree.first(), "chosen"), "linux,initrd-start"));
    CHECK_FALSE(tree.property(tree.child(tree.first(), "chosen"), "linux,initrd-end"));
}

TEST_CASE("a guest's device tree that does not fit is not written") {
    const auto whole = tree_of(machine_with(2));
    for (u32 capacity = 0; capacity < whole.size(); capacity += 4) {
        std::vector<u64> buffer(capacity / 8 + 1);
        if (write_guest_device_tree(machine_with(2), reinterpret_cast<u8*>(buffer.data()), capacity) != 0) {
            FAIL("written into " << capacity << " bytes of " << whole.size());
        }
    }
    SUCCEED("none");
}

TEST_CASE("dtc finds nothing wrong with a guest's device tree") {
    for (const u32 vcpus : {1U, 18U}) {
        std::string source, said;
        if (!run_dtc(tree_of(machine_with(vcpus)), source, said)) {
            WARN("dtc is not installed: not checked");
            return;
        }
        CHECK(said == "");
        test::check_contains(source, "pl011@9000000 {");
    }
}
