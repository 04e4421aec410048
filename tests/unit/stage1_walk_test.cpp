// SPDX-License-Identifier: Apache-2.0
// Walks of a guest's stage 1 tables against the diagrams of the Arm ARM (D8.2): which bits of the address
// are the index at which level.
#include "hyp/exits/stage1_walk.hpp"
#include "hyp/cpu/fault_retries.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

struct Shape {
    const char* name;
    u64 tg0, tg1;
    u64 size;  ///< T0SZ, T1SZ
    int first_level;
    unsigned first_msb;  ///< of the first level's index
    unsigned lsb[5];     ///< of the index at levels -1 to 3
};

constexpr Shape kShapes[] = {
    {"4 KiB, 52 bits", 0, 2, 12, -1, 51, {48, 39, 30, 21, 12}},
    {"4 KiB, 48 bits", 0, 2, 16, 0, 47, {48, 39, 30, 21, 12}},
    {"4 KiB, 40 bits", 0, 2, 24, 0, 39, {48, 39, 30, 21, 12}},
    {"4 KiB, 39 bits", 0, 2, 25, 1, 38, {48, 39, 30, 21, 12}},
    {"4 KiB, 31 bits", 0, 2, 33, 1, 30, {48, 39, 30, 21, 12}},
    {"4 KiB, 30 bits", 0, 2, 34, 2, 29, {48, 39, 30, 21, 12}},
    {"16 KiB, 48 bits", 2, 1, 16, 0, 47, {58, 47, 36, 25, 14}},
    {"16 KiB, 47 bits", 2, 1, 17, 1, 46, {58, 47, 36, 25, 14}},
    {"16 KiB, 36 bits", 2, 1, 28, 2, 35, {58, 47, 36, 25, 14}},
    {"16 KiB, 25 bits", 2, 1, 39, 3, 24, {58, 47, 36, 25, 14}},
    {"64 KiB, 52 bits", 1, 3, 12, 1, 51, {63, 55, 42, 29, 16}},
    {"64 KiB, 48 bits", 1, 3, 16, 1, 47, {63, 55, 42, 29, 16}},
    {"64 KiB, 42 bits", 1, 3, 22, 2, 41, {63, 55, 42, 29, 16}},
    {"64 KiB, 29 bits", 1, 3, 35, 3, 28, {63, 55, 42, 29, 16}},
};

constexpr u64 kTables[] = {0x4100'0000, 0x4201'0000, 0x4302'0000, 0x4403'0000, 0x4504'0000};  // of levels -1 to 3
constexpr u64 kAddressBits = 0x000a'5c93'a6d1'b000;

void check_walk(const Shape& shape, bool upper) {
    INFO(shape.name << (upper ? ", upper range" : ", lower range"));
    const u64 range = (u64{1} << (shape.first_msb + 1)) - 1;
    const u64 within = kAddressBits & range;
    const u64 address = upper ? ~range | within : within | u64{0xa5} << 56;  // a tag, which is ignored
    const u64 tcr = reg::TCR_EL1::TG0.of(upper ? 1 : shape.tg0) | reg::TCR_EL1::TG1.of(upper ? shape.tg1 : 2) |
                    reg::TCR_EL1::T0SZ.of(upper ? 20 : shape.size) | reg::TCR_EL1::T1SZ.of(upper ? shape.size : 20);
    const u64 first_table = kTables[shape.first_level + 1];
    const u64 ttbr = reg::TTBR0_EL1::ASID.of(0xabcd) | first_table | 1;  // CnP
    Stage1Walk walk(tcr, upper ? 0x1234'0000 : ttbr, upper ? ttbr : 0x1234'0000, address);
    CHECK(walk.level() == shape.first_level);
    unsigned msb = shape.first_msb;
    for (int level = shape.first_level; level <= 3; ++level) {
        INFO("level " << level);
        const unsigned lsb = shape.lsb[level + 1];
        const u64 index = within >> lsb & ((u64{2} << (msb - lsb)) - 1);
        CHECK(walk.level() == level);
        CHECK(walk.descriptor_address().value == kTables[level + 1] + 8 * index);
        const u64 next = level < 3 ? kTables[level + 2] : 0;
        const u64 attributes = u64{0xf} << 59 | 3;  // of a table: PXN, UXN, AP, NS
        CHECK(walk.is_table(next | attributes) == (level < 3));
        CHECK_FALSE(walk.is_table(next | 1));  // a block
        CHECK_FALSE(walk.is_table(next | 2));  // not valid
        CHECK_FALSE(walk.is_table(0));
        if (level < 3) walk.descend(next | attributes);
        msb = lsb - 1;
    }
}

}  // namespace

TEST_CASE("a walk of a guest's stage 1 reads the descriptors that the architecture names") {
    for (const Shape& shape : kShapes) {
        check_walk(shape, false);
        check_walk(shape, true);
    }
}

TEST_CASE("a table that is smaller than the granule is aligned to its own size") {
    // 4 KiB granule, 31 bits: two descriptors at level 1, and not fewer than 64 bytes matter to nobody else.
    const Stage1Walk walk(reg::TCR_EL1::T0SZ.of(33), 0x4000'0fd0, 0, 0x7fff'ffff);
    CHECK(walk.descriptor_address().value == 0x4000'0fd8);
}

TEST_CASE("a walk with sizes that are not to be used ends nevertheless") {
    for (u64 tcr_size = 0; tcr_size < 64; ++tcr_size) {
        for (u64 granule = 0; granule < 4; ++granule) {
            Stage1Walk walk(reg::TCR_EL1::T0SZ.of(tcr_size) | reg::TCR_EL1::TG0.of(granule), ~u64{0}, 0,
                            0x0012'3456'7890'1234);
            CHECK(walk.level() >= -1);
            unsigned levels = 1;
            for (; walk.is_table(~u64{0}); ++levels) walk.descend(~u64{0});
            CHECK(levels <= 5);
            CHECK(walk.level() == 3);
        }
    }
}

TEST_CASE("an abort is tried again as often as the bound says, and begins anew when it is another") {
    FaultRetries retries;
    const FaultRetries::Fault fault{0x4008'0000, 0x5000'0000, 0x9200'008e, 3};
    const auto tries = [&](const FaultRetries::Fault& it) {
        u32 count = 0;
        while (retries.may_try_again(it)) ++count;
        return count;
    };
    CHECK(tries(fault) == FaultRetries::kMost);
    CHECK(tries(fault) == FaultRetries::kMost);  // the guest has had its abort, and comes back
    FaultRetries::Fault others[] = {fault, fault, fault, fault};
    others[0].pc += 4;
    others[1].address += 8;
    others[2].syndrome ^= 0x40;
    others[3].changes += 1;
    for (const FaultRetries::Fault& other : others) {
        for (u32 i = 0; i + 1 < FaultRetries::kMost; ++i) CHECK(retries.may_try_again(fault));
        CHECK(retries.may_try_again(other));
        CHECK(tries(fault) == FaultRetries::kMost);
    }
}
