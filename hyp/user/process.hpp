// SPDX-License-Identifier: Apache-2.0
// A user process: a VMM, which builds one VM and runs it. All of them run the same program, hyp/vmm, which is part of
// the hypervisor's image.
#pragma once

#include "../boot/board_info.hpp"
#include "../cpu/thread.hpp"
#include "../kernel/vm.hpp"
#include "user_frame.hpp"
#include "user_space.hpp"

namespace ws {

struct Process;

/// One of its threads: the kernel's side with its stack, and what runs at EL0.
struct UserThread {
    Thread thread;
    UserFrame frame;
    Process* process = nullptr;
    u32 events = 0;  ///< atomic: what `wait` will tell
};

struct Process {
    /// One a vCPU, and one for the devices' work that no vCPU is to wait for.
    static constexpr u32 kMaxThreads = Vm::kMaxVcpus + 1;

    Process(Vm& its_vm, const Module& its_module) : vm(its_vm), module(its_module) {}

    Vm& vm;
    const Module& module;
    UserSpace space;
    u32 thread_count = 0;
    UserThread threads[kMaxThreads];
    SpinLock threads_lock;
    UserThread* waiter = nullptr;  ///< atomic: the thread that called wait last

    /// Memory that it may name to the kernel: contiguous in both address spaces.
    struct Range {
        UserVa start;
        Pa pa;
        u64 bytes;
        bool writable;
        bool on_demand;  ///< the guest's RAM: mapped as it is given out (kernel/guest_memory.hpp)
    };
    static constexpr u32 kMaxRanges = 24;
    Range ranges[kMaxRanges];
    u32 range_count = 0;  ///< atomic

    /// Where [at, at + bytes) lies, or null if that is not all the process's own memory, to write if `write`. If it is
    /// the guest's RAM it is given out: the caller bounds `bytes`.
    u8* memory(UserVa at, u64 bytes, bool write) const;
};

/// A further thread, blocked; null if there are too many. It starts at `entry` with `argument`. The first threads are
/// to run the vCPUs, in their order, and are pinned as those are.
UserThread* add_user_thread(Process& process, UserVa entry, u64 argument);

/// Runs the current thread at EL0, with what it asks for and what interrupts it, until it calls `run`. Returns the vCPU
/// that it names.
u64 run_until_run_call(UserThread& thread);

}  // namespace ws
