// SPDX-License-Identifier: Apache-2.0
// A guest's physical timer, CNTP_*: the kernel needs the real one for itself, so each access traps and the timer is
// emulated by a soft timer (KVM: kvm_arm_timer_write_sysreg).
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

enum class TimerRegister : u8 { control, compare, value };

u64 read_physical_timer(Vcpu& vcpu, TimerRegister which);
void write_physical_timer(Vcpu& vcpu, TimerRegister which, u64 value);
/// As after a reset: off, its interrupt low.
void reset_physical_timer(Vcpu& vcpu);

}  // namespace ws
