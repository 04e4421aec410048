// SPDX-License-Identifier: Apache-2.0
// The hypervisor's device tree code, on the host: what the writer writes the reader reads, and a damaged tree is read
// without an access beyond its end (which AddressSanitizer would see).
#include <random>
#include <vector>

#include "hyp/device_tree/reader.hpp"
#include "hyp/device_tree/writer.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;
using device_tree::Node;
using device_tree::Reader;
using device_tree::Writer;

namespace {

/// A tree as a guest gets it, in a buffer of exactly its size.
std::vector<u8> small_tree() {
    alignas(8) u8 buffer[4096];
    Writer tree(buffer, sizeof(buffer));
    tree.begin_node("");
    tree.property_u32("#address-cells", 2);
    tree.property_u32("#size-cells", 2);
    tree.begin_node("memory@40000000");
    tree.property("device_type", "memory");
    tree.property_u64("reg", u64{0x4000'0000}, u64{0x1'2345'6000});
    tree.end_node();
    tree.begin_node("cpus");
    tree.begin_node("cpu@0");
    tree.property_u32("reg", 7);
    tree.end_node();
    tree.begin_node("cpu@1");
    tree.property("compatible", "arm,armv8");
    tree.property("enabled");
    tree.end_node();
    tree.end_node();
    tree.end_node();
    const u32 bytes = tree.finish();
    return {buffer, buffer + bytes};
}

/// Everything that can be asked of a tree.
u64 walk(const Reader& tree) {
    u64 sum = 0;
    for (Node node = tree.first(); node; node = tree.next(node)) {
        sum += node.name[0];
        for (const char* name : {"reg", "compatible", "#address-cells"}) {
            const auto property = tree.property(node, name);
            sum += property.cell(0) + property.number(1, 2) + static_cast<u64>(property.string()[0]);
            sum += property.has_string("arm,armv8") ? 1 : 0;
        }
        sum += tree.child(node, "cpu") ? 1 : 0;
    }
    return sum + (tree.find_compatible("arm,armv8") ? 1 : 0);
}

}  // namespace

TEST_CASE("a device tree comes back as it was written") {
    const std::vector<u8> blob = small_tree();
    REQUIRE(!blob.empty());
    const Reader tree(blob.data());
    REQUIRE(tree.valid());
    CHECK(tree.bytes() == blob.size());
    const Node memory = tree.child(tree.first(), "memory");
    REQUIRE(memory);
    CHECK(std::string(memory.name) == "memory@40000000");
    CHECK(tree.property(memory, "reg").number(0, 2) == 0x4000'0000);
    CHECK(tree.property(memory, "reg").number(2, 2) == 0x1'2345'6000);
    CHECK(tree.property(memory, "device_type").has_string("memory"));
    CHECK_FALSE(tree.property(memory, "compatible"));
    const Node cpu1 = tree.find_compatible("arm,armv8");
    REQUIRE(cpu1);
    CHECK(std::string(cpu1.name) == "cpu@1");
    CHECK(cpu1.depth == 2);
    CHECK(tree.property(cpu1, "enabled"));
    CHECK(tree.property(cpu1, "enabled").bytes == 0);
    CHECK_FALSE(tree.next(cpu1));
    CHECK_FALSE(tree.find_compatible("arm,armv8", cpu1));
}

TEST_CASE("a device tree that does not fit is not written") {
    for (u32 capacity = 0; capacity < small_tree().size(); capacity += 8) {
        std::vector<u8> buffer(capacity);
        Writer tree(buffer.data(), capacity);
        tree.begin_node("");
        tree.property("compatible", "a text that needs room in a tree that has none, or not much of it, to spare");
        tree.property_u64("reg", u64{1}, u64{2}, u64{3}, u64{4}, u64{5}, u64{6}, u64{7}, u64{8});
        tree.property_u64("ranges", u64{1}, u64{2}, u64{3}, u64{4}, u64{5}, u64{6}, u64{7}, u64{8});
        tree.end_node();
        const u32 bytes = tree.finish();
        INFO("capacity " << capacity);
        CHECK(bytes <= capacity);
        if (bytes != 0) CHECK(Reader(buffer.data()).valid());
    }
}

TEST_CASE("a damaged device tree is read without harm") {
    const std::vector<u8> whole = small_tree();
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<u8> blob = whole;
        for (int change = 0; change < 1 + round % 4; ++change) blob[random() % blob.size()] = static_cast<u8>(random());
        // The size in the header is what the reader trusts: it must not lie about the memory that is really there.
        const u32 total = static_cast<u32>(whole.size());
        for (unsigned i = 0; i < 4; ++i) blob[4 + i] = static_cast<u8>(total >> (24 - 8 * i));
        const Reader tree(blob.data());
        if (tree.valid()) walk(tree);
    }
    SUCCEED("no access beyond the tree");
}
