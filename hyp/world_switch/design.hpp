// SPDX-License-Identifier: Apache-2.0
// What a design must provide. Each image is one design: the build puts the folder of one of them (split, el2, vhe) in
// the include path, and `this_design.hpp` there names it.
#pragma once

#include "tlb_maintenance.hpp"
#include "vcpu_context.hpp"

namespace ws {

struct Cpu;
class AddressSpace;

/// Boot calls start_el2 at EL2, once per CPU: it prepares EL2 and enters the kernel at kKernelEl; it does not return.
/// The kernel calls the others, wherever it runs:
///
///   load / put      a vCPU comes onto this CPU, leaves it (KVM: vcpu_load, vcpu_put)
///   run             enters the guest; returns when it traps, with vcpu.exit filled in
///   share           from now on EL2 may touch these pages of the kernel's (KVM: create_hyp_mappings)
///
///   maintain_tlbs   TLB maintenance for guests, which only EL2 can do
///   guest_traps     the trap configuration with which the vCPU is to run
///   space_below_processes   what a process's tables have besides the process
///
/// and `load_fp` and `load_debug` when a guest trapped because it used what the design switches lazily.
template <class D>
concept Design = requires(VcpuContext& vcpu, Pa start, u64 bytes, Cpu& cpu, const TlbMaintenance& what) {
    { D::kName } -> std::convertible_to<const char*>;
    { D::kKernelEl } -> std::convertible_to<int>;
    { D::kEl2Mode } -> std::convertible_to<u64>;
    { D::kHostHcr } -> std::convertible_to<u64>;
    { D::kGuestNames } -> std::convertible_to<hw::GuestNames>;
    D::start_el2(cpu);
    D::load(vcpu);
    D::put(vcpu);
    D::run(vcpu);
    D::load_fp(vcpu);
    D::load_debug(vcpu);
    D::share(start, bytes);
    D::maintain_tlbs(what);
    { D::guest_traps(vcpu) } -> std::convertible_to<TrapConfig>;
    { D::space_below_processes() } -> std::same_as<const AddressSpace&>;
};

}  // namespace ws
