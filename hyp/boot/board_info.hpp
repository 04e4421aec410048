// SPDX-License-Identifier: Apache-2.0
// What the hypervisor learns from the device tree that it is given. Copied out once, so that the tree's memory can be
// used for other things.
#pragma once

#include "../trace/format/layout.hpp"

namespace ws {

struct PaRange {
    Pa start;
    u64 bytes = 0;
    Pa end() const { return start + bytes; }
    bool overlaps(PaRange other) const { return start < other.end() && other.start < end(); }
};

/// A `multiboot,module` of /chosen: a guest's image, put into RAM by QEMU's guest-loader.
struct Module {
    static constexpr u32 kMaxArguments = 1024;
    PaRange range;
    char arguments[kMaxArguments];
};

/// What /chosen's bootargs say, as `name=number` and `name`.
struct BootOptions {
    u64 reserve = 0;        ///< reserve=BYTES: the top of RAM for the run page and the trace
    u64 vm_memory = 0;      ///< vm.mem=BYTES
    u64 vm_cpus = 1;        ///< vm.cpus=N
    bool selfcheck = false; ///< selfcheck: verify the host's registers after every exit
};

struct BoardInfo {
    static constexpr u32 kMaxModules = 8;
    PaRange memory;
    u32 cpu_count = 0;
    u64 cpu_mpidr[trace::kMaxCpus] = {};
    PaRange uart;
    PaRange gic_distributor;
    PaRange gic_redistributors;
    u32 module_count = 0;
    Module modules[kMaxModules];
    BootOptions options;
};

/// Reads the tree at `blob`. Panics with what is missing or wrong.
void read_board_info(const void* blob, BoardInfo& board);

extern BoardInfo board;

}  // namespace ws
