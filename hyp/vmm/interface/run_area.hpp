// SPDX-License-Identifier: Apache-2.0
// What the kernel and a VMM tell each other of one vCPU, on a page that both can read and write (KVM: struct kvm_run).
#pragma once

#include "../../trace/format/events.hpp"

namespace ws::vmm {

/// The kernel fills it when the call `run` returns; the VMM answers by its next `run`. It is the VMM's own page: the
/// kernel believes nothing that it reads there.
struct RunArea {
    trace::VmmExitReason reason;
    // mmio: an access of `bytes` at guest address `address`. A write's `value` is the guest's, a read's is the VMM's
    // answer.
    trace::Access access;
    u8 bytes;
    u8 refused;  ///< the VMM's answer: there is no such register; the guest gets an external abort
    u32 unused;
    u64 address;
    u64 value;
};

}  // namespace ws::vmm
