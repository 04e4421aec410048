// SPDX-License-Identifier: Apache-2.0
// A virtual machine: its memory, its stage 2 tables, its vCPU.
#pragma once

#include "../boot/board_info.hpp"
#include "../stage2/stage2.hpp"
#include "../world_switch/vcpu_context.hpp"

namespace ws {

struct Vm;

/// A vCPU. What EL2 needs of it is in `context`, on pages that the designs may share with EL2.
struct Vcpu {
    Vm* vm;
    VcpuContext* context;
};

struct Vm {
    /// Where a guest's RAM begins, as on QEMU's virt board.
    static constexpr Ipa kMemoryStart{0x4000'0000};

    Vmid vmid;
    u64 memory_bytes;
    Pa memory;
    Stage2 stage2;
    Vcpu vcpu;

    /// Where `bytes` of guest memory at `ipa` lie, or null if that is not all guest RAM.
    u8* guest_memory(Ipa ipa, u64 bytes) const {
        if (ipa < kMemoryStart) return nullptr;
        const u64 offset = ipa - kMemoryStart;
        if (offset > memory_bytes || bytes > memory_bytes - offset) return nullptr;
        return reinterpret_cast<u8*>(memory.value + offset);
    }
};

/// Makes the VM for a guest image, with `memory_bytes` of RAM (a multiple of 2 MiB).
Vm& create_vm(const Module& guest, u64 memory_bytes);

/// Runs the VM until its guest ends the run or cannot go on.
[[noreturn]] void run_vm(Vm& vm);

/// A guest did what cannot be continued: a report of it, and the end of the run (Verdict::guest_crash).
[[noreturn]] void crash_guest(const Vcpu& vcpu, const char* why);

}  // namespace ws
