// SPDX-License-Identifier: Apache-2.0
// What a VMM does wrong when it is told to (vm.fault=N on the hypervisor's command line): to see that it harms nobody
// but its own VM.
#pragma once

#include "../arch/types.hpp"

namespace ws::vmm {

/// The machine that the guest is told of has a vCPU that the VMM never creates.
inline constexpr u8 kFaultOneVcpuLess = 13;

/// Any other fault: `number`, from 1, once; returns if there is no such fault, or if the kernel refused everything.
void commit_fault(u32 number);

}  // namespace ws::vmm
