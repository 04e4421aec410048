// SPDX-License-Identifier: Apache-2.0
// The machine as its device tree describes it. Read once, at the start: the tree's memory is free for use after that.
#pragma once

#include "hyp/arch/types.hpp"

namespace guest {

using ws::u32;
using ws::u64;
using ws::u8;

inline constexpr u64 kMaxCpus = 8;

struct Machine {
    u64 ram, ram_bytes;
    u64 cpus;
    u64 mpidr[kMaxCpus];  ///< affinity fields only, as in the tree
    u64 distributor, distributor_bytes;
    u64 redistributors, redistributors_bytes;
    u64 uart;
    u32 uart_intid;
    u32 virtual_timer_intid, physical_timer_intid;
    bool psci, psci_by_hvc;
    bool hypervisor;  ///< the hypercalls of hypercalls.def exist
};

const Machine& machine();

/// Reads the tree; the first thing that a guest does. Returns the guest's arguments.
const char* read_machine(const void* device_tree);

/// From now on the guest behaves as if it had never heard of hypercalls: text goes to the PL011, the end is PSCI's.
void forget_hypervisor();

/// Memory that is neither the guest's image nor its stacks: from `free_start()` to the end of RAM, by 4 KiB.
u64 free_start();
u64 ram_end();

}  // namespace guest
