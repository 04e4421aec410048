// SPDX-License-Identifier: Apache-2.0
// A guest's ICH_VMCR_EL2 while the kernel handles its exit: in the vCPU where every exit saves it, else still in the
// CPU.
#pragma once

#include "../world_switch/stays_in_cpu.hpp"

namespace ws {

/// Of a vCPU that is loaded: which priorities its CPU interface would signal.
inline u64 read_guest_vmcr(const VcpuContext& context) {
    if constexpr (kVgicStaysInCpu) {
        return hw::read<reg::ICH_VMCR_EL2>();
    } else {
        return context.vgic.value<reg::ICH_VMCR_EL2>();
    }
}

}  // namespace ws
