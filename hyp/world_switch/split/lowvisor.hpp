// SPDX-License-Identifier: Apache-2.0
// What the lowvisor does for the kernel: the functions behind its HVC (KVM: hyp-main.c).
#pragma once

#include "../vcpu_context.hpp"

namespace ws {

/// X0 of a host's HVC: the row of host_calls in host_vectors.S.
enum class HostCall : u64 {
    run_vcpu = 0,      ///< X1: the vCPU. Returns after its exit.
    share_pages = 1,   ///< X1: physical address, X2: bytes. From now on the lowvisor may touch them too.
};

extern "C" u64 lowvisor_run_vcpu(VcpuContext& vcpu);
extern "C" u64 lowvisor_share_pages(u64 start, u64 bytes);

/// ERET to kernel_main at EL1, the first return of this CPU's life.
extern "C" [[noreturn]] void lowvisor_enter_kernel();

}  // namespace ws
