// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "hyp/kernel/given_blocks.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

TEST_CASE("each block is given out by itself") {
    constexpr u64 kBlocks = 130;
    std::vector<u64> words(GivenBlocks::bytes_for(kBlocks) / sizeof(u64));
    REQUIRE(words.size() == 3);
    GivenBlocks given;
    given.open(words.data());
    for (u64 block = 0; block < kBlocks; block += 3) given.add(block);
    for (u64 block = 0; block < kBlocks; ++block) {
        INFO("block " << block);
        CHECK(given.has(block) == (block % 3 == 0));
    }
}
