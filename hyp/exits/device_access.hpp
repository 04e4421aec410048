// SPDX-License-Identifier: Apache-2.0
// A guest's access to an address where it has no memory: which of the emulated devices answers.
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

struct DeviceAccess {
    Ipa address;
    u32 bytes;   ///< 1, 2, 4 or 8
    trace::Access access;
    u64 value;   ///< to be written, or what was read, zero-extended
};

/// What an access of so many bytes has of a value.
constexpr u64 low_bytes(u64 value, u32 bytes) { return bytes == 8 ? value : value & ((1ULL << 8 * bytes) - 1); }

/// False: nothing answers, or the device has no such register. The access is in the trace.
bool access_device(Vcpu& vcpu, DeviceAccess& access);

/// For an access that cannot be told to a device: the trace has it as refused.
void record_refused_access(const Vcpu& vcpu, Ipa address, trace::Access access);

}  // namespace ws
