// SPDX-License-Identifier: Apache-2.0
// A guest's breakpoints, watchpoints and MDSCR_EL1. All debug registers trap (MDCR_EL2.TDA), for what they share with
// an external debugger must not be shared between VMs; these are what a guest itself needs of them.
#pragma once

#include "../world_switch/vcpu_context.hpp"

namespace ws {

/// Is it one of those?
bool is_debug_register(SysregEncoding encoding);

/// From the first access on the vCPU has its own in the CPU.
u64 read_debug_register(VcpuContext& context, SysregEncoding encoding);
void write_debug_register(VcpuContext& context, SysregEncoding encoding, u64 value);

}  // namespace ws
