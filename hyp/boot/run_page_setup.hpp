// SPDX-License-Identifier: Apache-2.0
// What the run page says from the start: the run, its rings, and where the kernel's structures can be looked at from
// outside.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// Lays out the reserved part of RAM: the run page, then one ring a CPU.
void open_run_page(Pa reserved, u64 bytes, u32 cpu_count);

}  // namespace ws
