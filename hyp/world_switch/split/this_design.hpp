// SPDX-License-Identifier: Apache-2.0
// The split design: the kernel runs at EL1, a small lowvisor at EL2. KVM/Arm's first design, today's nVHE.
#pragma once

#include "../tlb_maintenance.hpp"
#include "../vcpu_context.hpp"

namespace ws {

struct Cpu;
class AddressSpace;

struct ThisDesign {
    static constexpr const char* kName = "split";
    static constexpr int kKernelEl = 1;
    static constexpr hw::GuestNames kGuestNames = hw::GuestNames::el1;
    /// The bits of HCR_EL2 that say how EL2 itself works.
    static constexpr u64 kEl2Mode = 0;
    /// HCR_EL2 while the host runs, but for RW.
    static constexpr u64 kHostHcr = 0;

    [[noreturn]] static void start_el2(Cpu& cpu);
    static void load(VcpuContext&) {}  // everything is switched at every exit: nothing is left for load and put
    static void put(VcpuContext&) {}
    static void run(VcpuContext& vcpu);
    static void load_fp(VcpuContext&) {}  // FP/SIMD never traps: it is switched at every exit
    static void load_debug(VcpuContext& vcpu);
    static void share(Pa start, u64 bytes);
    static void maintain_tlbs(const TlbMaintenance& what);
    static TrapConfig guest_traps(const VcpuContext& vcpu);
    static const AddressSpace& space_below_processes();
};

}  // namespace ws
