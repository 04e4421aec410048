// SPDX-License-Identifier: Apache-2.0
// From a vCPU's exit to its VMM at EL0 and back: for the kernel a function call, for the VMM the return of `run` and
// its next call (KVM: kvm_arch_vcpu_ioctl_run returning, and what it does first when it is called again).
#pragma once

#include "../kernel/guest_access.hpp"
#include "../kernel/vm.hpp"

namespace ws {

/// An access to a device of the VMM's. False: the device has no such register.
bool access_user_device(Vcpu& vcpu, DeviceAccess& access);

/// The guest wrote to a doorbell: the VMM's thread is woken. False: there is none at the address.
bool kick_user_device(Vcpu& vcpu, const DeviceAccess& access);

/// The guest's machine is to be switched off, or to begin anew.
void tell_vmm(Vcpu& vcpu, trace::VmmExitReason reason);

/// The call `wait`: until a bit is set; returns which. 0: the VM is over.
u32 wait_for_events(UserThread& user);

}  // namespace ws
