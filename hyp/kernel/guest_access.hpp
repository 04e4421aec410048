// SPDX-License-Identifier: Apache-2.0
// A guest's access to an address where it has no memory, as those see it who may answer: the kernel's devices, and the
// VMM.
#pragma once

#include "../trace/format/events.hpp"

namespace ws {

struct DeviceAccess {
    Ipa address;
    u32 bytes;  ///< 1, 2, 4 or 8
    trace::Access access;
    u64 value;  ///< to be written, or what was read, zero-extended
};

/// What an access of so many bytes has of a value.
constexpr u64 low_bytes(u64 value, u32 bytes) { return bytes == 8 ? value : value & ((1ULL << 8 * bytes) - 1); }

}  // namespace ws
