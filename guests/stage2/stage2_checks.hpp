// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guests/lib/guest.hpp"
#include "guests/lib/random.hpp"

namespace guest {

/// Reads, writes and instruction fetches where the machine has nothing. With the MMU on only the first two: there what
/// is no memory is not executable at stage 1.
void check_nothing_there(bool mmu_on);

/// Memory keeps what was written: the two ends of every 2 MiB block; every page of some blocks; random words.
void check_blocks(u64 seed);
void check_pages(u64 seed);
void check_at_random(u64 seed, u64 rounds);

/// Memory that nobody has touched is zeros, before a reset and after it. The guest has a second life for that.
void check_fresh();

/// The two hypercalls about memory.
void check_release(u64 seed);
void check_protect();

}  // namespace guest
