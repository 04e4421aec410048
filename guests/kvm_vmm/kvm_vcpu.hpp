// SPDX-License-Identifier: Apache-2.0
// One vCPU: a file of KVM's, and the thread that runs it.
#pragma once

#include "kvm_calls.hpp"
#include "kvm_devices.hpp"
#include "kvm_machine.hpp"

namespace ws::kvm {

class KvmVcpu {
  public:
    /// All but the first wait until the guest calls PSCI's CPU_ON, which KVM serves without us.
    KvmVcpu(const KvmMachine& machine, u32 number);

    /// Where the guest begins, as the boot protocol has it (Linux: Documentation/arm64/booting.rst).
    void start_at(u64 entry, u64 device_tree);

    /// The vCPU's whole life, on one CPU: KVM_RUN returns when the guest wants what we have.
    [[noreturn]] void run(u32 cpu, KvmDevices& devices);

  private:
    void access_device(KvmDevices& devices);
    void refuse_access();

    int file_ = -1;
    kvm_run* area_ = nullptr;  ///< shared with KVM: why KVM_RUN has returned
};

}  // namespace ws::kvm
