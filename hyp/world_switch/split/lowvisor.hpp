// SPDX-License-Identifier: Apache-2.0
// What the lowvisor does for the kernel: the functions behind its HVC (KVM: hyp-main.c).
#pragma once

#include "../vcpu_context.hpp"

namespace ws {

/// X0 of a host's HVC.
enum class HostCall : u64 {
    run_vcpu = 0,     ///< X1: the vCPU. Returns after its exit.
    share_pages = 1,  ///< X1: physical address, X2: bytes. From now on the lowvisor may touch them too.
    tlb_page = 2,     ///< X1: VTTBR_EL2, X2: guest-physical address. Invalidates the page or block in TLBs.
    tlb = 3,          ///< X1: TlbScope, X2: VTTBR_EL2. Invalidates all of that scope in TLBs.
};

extern "C" u64 lowvisor_run_vcpu(VcpuContext& vcpu);

/// Every HVC of the kernel's comes here from host_vectors.S; the result is its X0. `clock` is the time of the trap, for
/// the trace. A call that is unknown returns -1; share_pages returns -2 for pages that
/// are not to be shared.
extern "C" u64 lowvisor_host_call(HostCall call, u64 argument1, u64 argument2, u64 clock);

/// ERET to split_kernel_start at EL1, the first return of this CPU's life.
extern "C" [[noreturn]] void lowvisor_enter_kernel();

}  // namespace ws
