// SPDX-License-Identifier: Apache-2.0
// The VM and what KVM has of its machine: memory and an interrupt controller. hyp/vmm/machine.cpp makes the same by our
// own kernel's system calls.
#pragma once

#include <span>

#include "hyp/arch/types.hpp"

namespace ws::kvm {

class KvmMachine {
  public:
    /// Memory is this process's own; KVM is told where in the guest's it is to be found.
    explicit KvmMachine(u64 memory_bytes);

    int vm() const { return vm_; }
    /// Of the area that KVM shares with us for each vCPU: struct kvm_run.
    u64 run_area_bytes() const { return run_area_bytes_; }
    std::span<u8> memory() const { return memory_; }

    /// A GICv3, once all vCPUs are there: each has a redistributor.
    void make_interrupt_controller();
    /// The level of a shared peripheral interrupt's line, as a device of ours drives it.
    void set_line(u32 intid, bool high) const;

  private:
    int vm_ = -1;
    u64 run_area_bytes_ = 0;
    std::span<u8> memory_;
};

}  // namespace ws::kvm
