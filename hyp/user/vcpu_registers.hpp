// SPDX-License-Identifier: Apache-2.0
// A guest's registers by number, for its VMM (vmm/interface/system_call.hpp).
#pragma once

#include "../world_switch/vcpu_context.hpp"

namespace ws {

/// False: there is no such register.
bool read_vcpu_register(const VcpuContext& context, u64 number, u64& value);
/// Also false: a PSTATE that is not EL1's or EL0's in AArch64. A guest must not be entered at EL2.
bool write_vcpu_register(VcpuContext& context, u64 number, u64 value);

}  // namespace ws
