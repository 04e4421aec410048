// SPDX-License-Identifier: Apache-2.0
// What belongs to one physical CPU, and how code finds the CPU that it runs on.
#pragma once

#include "../arch/hw/sysreg_access.hpp"
#include "../trace/recorder.hpp"
#include "../world_switch/vcpu_context.hpp"
#include "this_design.hpp"

namespace ws {

struct alignas(64) Cpu {
    trace::Recorder recorder;
    HostContext host;
    u32 id;
};

/// The CPU, for code at EL2.
WS_INLINE Cpu& el2_cpu() { return *reinterpret_cast<Cpu*>(hw::read<reg::TPIDR_EL2>()); }

/// The CPU, for the kernel, at whichever exception level this design runs it.
WS_INLINE Cpu& this_cpu() {
    if constexpr (ThisDesign::kKernelEl == 2) {
        return el2_cpu();
    } else {
        return *reinterpret_cast<Cpu*>(hw::read<reg::TPIDR_EL1>());
    }
}

/// The CPU, for code that may run at either level: a panic in the lowvisor must not follow a guest's TPIDR_EL1.
inline Cpu& running_cpu() {
    return reg::CurrentEL::EL.get(hw::read<reg::CurrentEL>()) == 2 ? el2_cpu() : this_cpu();
}

extern Cpu cpus[trace::kMaxCpus];

}  // namespace ws
