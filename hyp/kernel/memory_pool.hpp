// SPDX-License-Identifier: Apache-2.0
// The RAM that nobody has yet: what is left of the board's memory without the image, the modules and the reserved part.
#pragma once

#include "../boot/board_info.hpp"

namespace ws {

inline constexpr u64 kPageBytes = 4096;
constexpr u64 whole_pages(u64 bytes) { return (bytes + kPageBytes - 1) & ~(kPageBytes - 1); }
/// The pages that a range touches.
constexpr PaRange pages_of(PaRange range) {
    const Pa first(range.start.value & ~(kPageBytes - 1));
    return {first, whole_pages(range.end() - first)};
}

/// Collects the free ranges of the board's RAM. Called once, by the kernel.
void open_memory_pool();

/// A zeroed range of `bytes`, aligned to `alignment` (a power of two, at least 4 KiB). Panics when there is none.
PaRange take_memory(u64 bytes, u64 alignment);
/// The same, with whatever is in it: who takes it clears what he gives on.
PaRange take_uncleared_memory(u64 bytes, u64 alignment);

// stage2/table_memory.hpp: tables come from here too, and go back to a list of their own.

/// Takes `count` tables and puts them on that list. A VM never needs more than one for each 2 MiB of its memory and a
/// few, so with so many put there for each, none can use up another one's.
void reserve_tables(u64 count);

}  // namespace ws
