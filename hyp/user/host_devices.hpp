// SPDX-License-Identifier: Apache-2.0
// What the board has for VMs, behind their VMMs' system calls: a disk, the switch between VMs, random numbers, the
// serial port. Results below zero are vmm::Errors.
#pragma once

#include "../vmm/interface/boot_page.hpp"
#include "process.hpp"

namespace ws {

/// Finds the board's disks and its source of random numbers, and makes the switch. Called once.
void open_host_devices();

/// Says in the VMM's boot page what its VM gets: the disk of option vm.disk, a port at the switch for vm.net.
void describe_host_devices(const Vm& vm, vmm::BootPage& page);

/// `operation` as in DiskOperation; `memory` is not looked at for a flush.
i64 transfer_for(Process& process, u64 operation, u64 first_sector, UserVa memory, u64 bytes);

/// full: nothing was sent; the caller's kNetworkEvent says when to try again.
i64 send_frame(Process& process, UserVa frame, u64 bytes);
/// The frame's bytes; 0: there is none, and kNetworkEvent says when there is. `to` null: the VM takes no frames at the
/// moment, and what does not fit into its queue is lost rather than that its senders wait.
i64 receive_frame(Process& process, UserVa to);

/// How many bytes were filled: all, or none where the board has no source.
i64 fill_with_random(Process& process, UserVa to, u64 bytes);

i64 write_console(Process& process, UserVa text, u64 bytes);
/// How many characters were typed, at most `bytes`; the calling thread gets kConsoleEvent when there are more.
i64 read_console(UserThread& user, UserVa to, u64 bytes);

}  // namespace ws
