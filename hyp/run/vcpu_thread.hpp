// SPDX-License-Identifier: Apache-2.0
// The life of a vCPU's thread: on a CPU its registers are loaded, its guest runs, its exits are handled (KVM:
// kvm_arch_vcpu_ioctl_run, and the preempt notifiers that call vcpu_load and vcpu_put). What the kernel calls of it is
// in kernel/upcalls.hpp.
#pragma once

#include "../cpu/vcpu.hpp"

namespace ws {

/// The guest has nothing to do until an interrupt comes.
void wait_for_interrupt(Vcpu& vcpu);

/// From now on there are `count` VMIDs at most; 0 for as many as the CPU has.
void open_vmids(u64 count);

}  // namespace ws
