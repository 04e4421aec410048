// SPDX-License-Identifier: Apache-2.0
// What the VM is to be. scripts/ws run writes it beside the guest into the host's initial RAM disk: lines of a word and
// its value.
#pragma once

#include <string>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::kvm {

struct VmSettings {
    u64 memory_bytes = 0;
    u32 vcpus = 1;
    std::vector<u32> pins;  ///< vCPU i runs on CPU pins[i % size]
    u64 load_offset = 0;    ///< of an image without an arm64 header
    std::string arguments;
    u64 symbols_address = 0, symbols_bytes = 0;  ///< where the host's symbols are to be left (kernel_symbols.hpp)
};

VmSettings read_settings(const char* file);

/// A whole file.
std::vector<u8> read_file(const char* name);

}  // namespace ws::kvm
