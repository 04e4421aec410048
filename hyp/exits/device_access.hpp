// SPDX-License-Identifier: Apache-2.0
// A guest's access to an address where it has no memory: which of the emulated devices answers.
#pragma once

#include "../kernel/guest_access.hpp"
#include "../kernel/vm.hpp"

namespace ws {

/// False: nothing answers, or the device has no such register. The access is in the trace.
bool access_device(Vcpu& vcpu, DeviceAccess& access);

/// For an access that cannot be told to a device: the trace has it as refused.
void record_refused_access(const Vcpu& vcpu, Ipa address, trace::Access access);

}  // namespace ws
