// SPDX-License-Identifier: Apache-2.0
// The kernel as the designs see it: they prepare EL2, and then enter it. The kernel, which is above them, defines
// this, but for the two entries in assembly.
#pragma once

#include "../boot/address_space.hpp"

namespace ws {

struct Cpu;

/// The kernel's own stage 1 tables: in the split design of EL1&0, with VHE of EL2&0, in el2 of EL2.
extern AddressSpace kernel_space;

/// Fills kernel_space: the image by its parts, the rest of RAM to read and write, the console.
void map_kernel_space();

/// Starts this CPU's recorder on its ring of the run page.
void start_trace(u32 cpu_id);

/// The kernel's own vectors (user_entry.S): VBAR_EL1 of a kernel at EL1, VBAR_EL2 of one at EL2.
extern "C" const u8 kernel_vectors[];
inline u64 kernel_vectors_address() { return reinterpret_cast<u64>(kernel_vectors); }

/// The kernel on one CPU, its stack the idle thread's: CPU 0 opens the machine and makes the VMs; then all run what is
/// ready.
[[noreturn]] void kernel_main(Cpu& cpu);

extern "C" void split_kernel_start();
extern "C" void secondary_start();

}  // namespace ws
