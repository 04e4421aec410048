// SPDX-License-Identifier: Apache-2.0
// The VMM's program as it lies in the hypervisor's image (vmm_image.S).
#pragma once

#include "../arch/types.hpp"

namespace ws {

extern "C" const u8 vmm_image[];

/// Its first bytes (hyp/vmm/start.S, hyp/vmm/vmm.ld). Code, constants, data and zeroed memory follow each other, whole
/// pages.
struct VmmImageHeader {
    u64 entry;  ///< offset of the first instruction
    u64 code_bytes;
    u64 constant_bytes;
    u64 data_bytes;
    u64 zeroed_bytes;
};

}  // namespace ws
