// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/guest_machine.hpp"
#include "stage2_checks.hpp"

namespace guest {

namespace {

constexpr u64 kBlock = 2 * 1024 * 1024;
constexpr u64 kPage = 4096;

volatile u64& word(u64 address) { return *reinterpret_cast<volatile u64*>(address); }
u64 pattern(u64 address, u64 seed) { return mix(address + seed * 0x9E37'79B9'7F4A'7C15); }

void fill(u64 address, u64 seed) { word(address) = pattern(address, seed); }
void verify(u64 address, u64 seed) {
    const u64 is = word(address);
    expect(is == pattern(address, seed), "memory at", hex(address), "was", hex(pattern(address, seed)), "and is",
           hex(is));
}

u64 first_block() { return (free_start() + kBlock - 1) & ~(kBlock - 1); }

}  // namespace

void check_blocks(u64 seed) {
    for (const auto step : {fill, verify}) {
        for (u64 block = first_block(); block + kBlock <= ram_end(); block += kBlock) {
            step(block, seed);
            step(block + kBlock - 8, seed);
        }
        // The last word of all, whatever the size of memory is.
        step(ram_end() - 16, seed);
    }
}

void check_pages(u64 seed) {
    const u64 blocks = (ram_end() - first_block()) / kBlock;
    for (const auto step : {fill, verify}) {
        for (u64 n = 0; n < blocks; n += 5) {
            const u64 block = first_block() + n * kBlock;
            // Backwards, so that no block is entered at its start.
            for (u64 page = kBlock; page > 0; page -= kPage)
                step(block + page - kPage + (page / kPage % 512) * 8, seed);
        }
    }
}

void check_at_random(u64 seed, u64 rounds) {
    const u64 words = (ram_end() - free_start()) / 8;
    for (const auto step : {fill, verify}) {
        Random random(seed);
        for (u64 i = 0; i < rounds; ++i) step(free_start() + random.below(words) * 8, seed);
    }
}

}  // namespace guest
