// SPDX-License-Identifier: Apache-2.0
// The kernel's start, as the designs see it.
#pragma once

#include "../boot/address_space.hpp"

namespace ws {

/// The kernel's own stage 1 tables: in the split design of EL1&0, with VHE of EL2&0.
extern AddressSpace kernel_space;

/// Fills kernel_space: the image by its parts, the rest of RAM to read and write, the console.
void map_kernel_space();

/// Starts this CPU's recorder on its ring of the run page.
void start_trace(u32 cpu_id);

/// The kernel: runs the guest that the board brought, to its end.
[[noreturn]] void kernel_main();

extern "C" const u8 panic_vectors[];
extern "C" void split_kernel_start();

}  // namespace ws
