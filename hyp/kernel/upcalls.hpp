// SPDX-License-Identifier: Apache-2.0
// What the kernel calls in the folders above it, all of it: they define these, and take the kernel's headers. No
// include goes up.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct Module;
struct Process;
struct UserThread;
struct Vcpu;
struct Vm;

// ---- run/vcpu_thread.cpp: who changes threads calls the vCPU's ----

/// The vCPU's thread came onto this CPU, or is about to leave it. A vCPU that is off is not loaded.
void load_vcpu(Vcpu& vcpu);
void put_vcpu(Vcpu& vcpu);

/// Does the guest's WFE trap? Only while others wait for the CPU.
void set_wfe_traps(Vcpu& vcpu, bool on);

/// The current thread, `user`, runs vCPU `index` of its VM for as long as the VM lives. Returns only to say why it does
/// not (a vmm::Error).
i64 run_vcpu(UserThread& user, u64 index);

// ---- interrupts.cpp has these handled ----

/// vtimer/virtual_timer.cpp: the board's PPI 27 came on this CPU.
void virtual_timer_fired();

/// drivers/device_driver.cpp. False if the interrupt is of no device that has a driver.
bool handle_device_interrupt(u32 intid);

// ---- psci/psci.cpp: how vCPUs are switched on and stopped; the guest asks for it, or the VMM, or the VM's end ----

/// It is off, and its machine neither ends nor begins anew. The VM's devices are locked, and stay so until it is
/// switched on.
bool may_be_switched_on(const Vcpu& vcpu);
/// Switches a vCPU on that is off, with the registers that it has. The VM's devices are locked; its thread is woken
/// after.
void switch_on_as_set(Vcpu& vcpu);
/// All vCPUs of the VM are to leave their guests for good.
void stop_vcpus(Vm& vm);

// ---- user/: a VM's VMM ----

/// user_space.cpp: from now on this CPU's EL0 translates by `ttbr`, a thread's `space`. No vCPU is loaded. (TTBR0_EL1
/// is right in every design: at EL1 it is the kernel's own, E2H redirects it, and in el2 processes run on EL1's
/// tables.)
void use_space(u64 ttbr);

/// process.cpp: the VMM of a VM, with its first thread ready to start.
Process& create_process(Vm& vm, const Module& module);
/// The VM is over, so its VMM is: its threads end when they leave EL0, or wake.
void stop_process(Process& process);
/// The guest's RAM from `ipa` on is at `pa`: the process can touch it. The VM's memory_lock is held.
void map_for_vmm(Process& process, Ipa ipa, Pa pa, u64 bytes);

/// vmm_exit.cpp: something happened that the VMM's thread that waits is to know: bits of what `wait` answers.
void signal_vmm(Vm& vm, u32 events);

/// host_devices.cpp: the VM is over: nobody takes its frames any more.
void close_port(const Vm& vm);

}  // namespace ws
