// SPDX-License-Identifier: Apache-2.0
// A guest's EL1 registers while the kernel handles its exit: in the vCPU where every exit saves them, still in the CPU
// where they stay until put.
#pragma once

#include "../world_switch/stays_in_cpu.hpp"
#include "../world_switch/vcpu_context.hpp"

namespace ws {

template <class Register>
u64 read_guest_el1(const VcpuContext& context) {
    if constexpr (kEl1StaysInCpu) {
        return hw::read_guest<ThisDesign::kGuestNames, Register::id>();
    } else {
        return context.el1.value<Register>();
    }
}

template <class Register>
void write_guest_el1(VcpuContext& context, u64 value) {
    if constexpr (kEl1StaysInCpu) {
        hw::write_guest<ThisDesign::kGuestNames, Register::id>(value);
    } else {
        context.el1.value<Register>() = value;
    }
}

}  // namespace ws
