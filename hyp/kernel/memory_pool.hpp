// SPDX-License-Identifier: Apache-2.0
// The RAM that nobody has yet: what is left of the board's memory without the image, the modules and the reserved part.
#pragma once

#include "../boot/board_info.hpp"

namespace ws {

/// Collects the free ranges of the board's RAM. Called once, by the kernel.
void open_memory_pool();

/// A zeroed range of `bytes`, aligned to `alignment` (a power of two, at least 4 KiB). Panics when there is none.
PaRange take_memory(u64 bytes, u64 alignment);

}  // namespace ws
