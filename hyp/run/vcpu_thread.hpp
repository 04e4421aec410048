// SPDX-License-Identifier: Apache-2.0
// The life of a vCPU's thread: on a CPU its registers are loaded, its guest runs, its exits are handled (KVM:
// kvm_arch_vcpu_ioctl_run, and the preempt notifiers that call vcpu_load and vcpu_put).
#pragma once

#include "../cpu/vcpu.hpp"

namespace ws {

struct UserThread;

/// The current thread, `user`, runs vCPU `index` of its VM for as long as the VM lives. Returns only to say why it does not
/// (a vmm::Error).
i64 run_vcpu(UserThread& user, u64 index);

/// The vCPU's thread came onto this CPU, or is about to leave it. A vCPU that is off is not loaded.
void load_vcpu(Vcpu& vcpu);
void put_vcpu(Vcpu& vcpu);

/// Does the guest's WFE trap? Only while others wait for the CPU.
void set_wfe_traps(Vcpu& vcpu, bool on);

/// The guest has nothing to do until an interrupt comes.
void wait_for_interrupt(Vcpu& vcpu);

/// From now on there are `count` VMIDs at most; 0 for as many as the CPU has.
void open_vmids(u64 count);

}  // namespace ws
