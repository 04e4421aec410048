// SPDX-License-Identifier: Apache-2.0
// Between a VM's interrupt controller, which is a state machine without CPUs, and the vCPUs: who must look, who must be
// woken, when the list registers are read and filled (KVM: vgic.c).
#pragma once

#include "vm.hpp"

namespace ws {

/// Holds a VM's devices_lock for a scope.
class DevicesLocked {
  public:
    WS_INLINE explicit DevicesLocked(Vm& vm) : locked_(vm.devices_lock) {}

  private:
    Locked locked_;
};

/// The vCPUs of the mask (by index) have something new to take: they look before they enter their guests, leave them if
/// they are in them, wake if they wait. No lock of the VM is held.
void deliver(Vm& vm, u32 vcpus);

/// A device's line: a PPI of a vCPU, or an SPI.
void set_interrupt_line(Vm& vm, u32 vcpu, u32 intid, bool high);

/// The guest ran with interrupts in its list registers: takes them back.
void sync_interrupts(Vcpu& vcpu);
/// Fills the list registers for the next entry.
void flush_interrupts(Vcpu& vcpu);

/// From begin_pause() to end_pause() no vCPU of the VM that was pushed out of its guest enters it again. Several may
/// pause at the same time: none of them is in its guest.
void begin_pause(Vm& vm);
/// Makes `vcpus` (by index) leave their guests; they sync on their way.
void push_out_of_guests(Vm& vm, u32 vcpus);
void end_pause(Vm& vm);
/// The other side: waits until nobody keeps this vCPU out.
void wait_while_paused(Vcpu& vcpu);

/// Would the vCPU's WFI end now? `vmcr`: its ICH_VMCR_EL2.
bool has_interrupt_to_take(Vcpu& vcpu, u64 vmcr);

}  // namespace ws
