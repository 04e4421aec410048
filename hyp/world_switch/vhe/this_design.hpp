// SPDX-License-Identifier: Apache-2.0
// The VHE design: the kernel runs at EL2 with E2H, and what it need not switch at every exit is switched when a vCPU
// comes onto a CPU and when it leaves.
#pragma once

#include "../tlb_maintenance.hpp"
#include "../vcpu_context.hpp"

namespace ws {

struct Cpu;
class AddressSpace;

struct ThisDesign {
    static constexpr const char* kName = "vhe";
    static constexpr int kKernelEl = 2;
    static constexpr hw::GuestNames kGuestNames = hw::GuestNames::el12;
    static constexpr u64 kEl2Mode = reg::HCR_EL2::E2H.mask();
    /// TGE: what EL0 traps for comes to EL2, interrupts as well.
    static constexpr u64 kHostHcr = reg::HCR_EL2::E2H.mask() | reg::HCR_EL2::TGE.mask();

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
