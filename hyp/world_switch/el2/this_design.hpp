// SPDX-License-Identifier: Apache-2.0
// The redesign on Armv8.0, which has no VHE: the kernel runs at EL2 with E2H=0, and what it need not switch at every
// exit is switched when a vCPU comes onto a CPU and when it leaves. No name of a register is redirected: where the
// kernel means a register of its own it says the EL2 name (own_registers.hpp). Its processes run at EL0 on the EL1&0
// tables, and a few instructions at EL1 forward their exceptions (user_shim.S).
#pragma once

#include "../tlb_maintenance.hpp"
#include "../vcpu_context.hpp"

namespace ws {

struct Cpu;
class AddressSpace;

struct ThisDesign {
    static constexpr const char* kName = "el2";
    static constexpr int kKernelEl = 2;
    static constexpr hw::GuestNames kGuestNames = hw::GuestNames::el1;
    static constexpr u64 kEl2Mode = 0;
    /// TGE would send the processes' exceptions here, but also switch off their stage 1 translation (Arm ARM D8.2.4):
    /// it stays clear, and only interrupts come straight to EL2.
    static constexpr u64 kHostHcr = reg::HCR_EL2::IMO.mask() | reg::HCR_EL2::FMO.mask() | reg::HCR_EL2::AMO.mask();

    [[noreturn]] static void start_el2(Cpu& cpu);
    static void load(VcpuContext& vcpu);
    static void put(VcpuContext& vcpu);
    static void run(VcpuContext& vcpu);
    static void load_fp(VcpuContext& vcpu);
    static void load_debug(VcpuContext& vcpu);
    static void share(Pa, u64) {}  // one address space: EL2 is where the kernel is
    static void maintain_tlbs(const TlbMaintenance& what);
    static TrapConfig guest_traps(const VcpuContext& vcpu);
    static const AddressSpace& space_below_processes();
};

}  // namespace ws
