// SPDX-License-Identifier: Apache-2.0
// The board's serial port, shared by the hypervisor and its VMs. With one VM its text goes out as it comes. With
// several each line is one VM's, behind its name. What is typed goes to one VM; Ctrl-] and a digit chooses which.
#pragma once

#include "../base/print.hpp"
#include "../base/spin_lock.hpp"

namespace ws {

struct Vm;

extern SpinLock console_lock;

/// A line of the hypervisor's own.
template <class... Parts>
void log(Parts... parts) {
    Locked locked(console_lock);
    print("hypervisor: ", parts..., "\n");
}

/// What a VM has typed for it and has not read yet, and its line that is not finished.
struct VmConsole {
    static constexpr u32 kLineBytes = 160;
    static constexpr u32 kInputBytes = 1024;
    char line[kLineBytes];
    u32 line_bytes;
    u8 input[kInputBytes];
    u32 input_first, input_count;
};

/// From now on typed characters reach the VMs.
void open_console_input();

/// Text of a guest.
void write_guest_text(Vm& vm, const u8* text, u64 bytes);

/// The VM will say no more: its last line goes out, though nothing ended it.
void finish_guest_text(Vm& vm);

/// The serial port's interrupt: characters for the VM in focus.
void handle_console_input();

/// What was typed for a VM whose VMM reads it, at most `bytes`; returns how many.
u32 take_typed(Vm& vm, u8* to, u32 bytes);

/// Gives the VM's serial port as many of the waiting characters as it takes. The VM's devices are locked.
void feed_uart(Vm& vm);

}  // namespace ws
