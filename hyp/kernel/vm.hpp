// SPDX-License-Identifier: Apache-2.0
// A virtual machine: its memory, its stage 2 tables, its devices, its vCPUs.
#pragma once

#include "../base/spin_lock.hpp"
#include "../boot/board_info.hpp"
#include "../cpu/vcpu.hpp"
#include "../stage2/stage2.hpp"
#include "../vgic/interrupt_controller.hpp"
#include "../vuart/virtual_pl011.hpp"
#include "console.hpp"
#include "given_blocks.hpp"
#include "vm_regions.hpp"

namespace ws {

struct Process;

struct Vm {
    static constexpr u32 kMaxVcpus = vgic::kMaxVcpus;
    static constexpr u32 kUartIntid = 33;
    /// Where a guest's machine has its memory and its devices, as on QEMU's virt board.
    static constexpr Ipa kMemoryStart{0x4000'0000};
    static constexpr Ipa kDistributor{0x0800'0000};
    static constexpr u64 kDistributorBytes = 0x1'0000;
    static constexpr Ipa kRedistributors{0x080a'0000};
    static constexpr u64 kRedistributorBytes = 0x2'0000;
    static constexpr Ipa kUart{0x0900'0000};

    Vm(u32 number, const VmOptions& options, trace::Owner first_owner);

    const u32 number;  ///< from 1
    const VmOptions& options;
    Process* process = nullptr;  ///< its VMM
    bool opened = false;         ///< the VMM has made it
    bool memory_set = false;     ///< and given it its memory
    bool switched_off = false;   ///< the guest has asked for it; the VMM ends the VM
    UserDevices user_devices;
    Kicks kicks;

    Pa memory;
    u64 memory_bytes;
    SpinLock memory_lock;  ///< of what follows
    GivenBlocks given;
    Stage2 stage2;
    u64 rights_taken = 0;  ///< atomic: how often some of stage2 was unmapped or protected

    SpinLock devices_lock;  ///< of the devices, and of the vCPUs' power
    vgic::InterruptController interrupts;
    VirtualPl011 uart;
    VmConsole console{};
    u32 pausers = 0;  ///< vCPUs that look into others' list registers; meanwhile those do not enter their guests

    u32 vcpu_count;
    trace::Owner first_owner;  ///< of its first vCPU
    Vcpu vcpus[kMaxVcpus];
    /// Which vCPU ran last on each physical CPU, as an owner; 0 for none.
    trace::Owner last_on[trace::kMaxCpus] = {};

    bool ended = false;
    bool resetting = false;
    trace::Verdict verdict = trace::Verdict::running;
    u64 status = 0;
    const char* message = "";
    char vmm_message[160] = {};  ///< why its VMM gave up

    /// Unknown system registers that the log has told of, by encoding.
    static constexpr u32 kMaxTold = 256;
    u16 told[kMaxTold] = {};
    u32 told_count = 0;
    u32 lines_logged = 0;  ///< of other kinds

    bool is_memory(Ipa ipa, u64 bytes) const {
        if (ipa < kMemoryStart) return false;
        const u64 offset = ipa - kMemoryStart;
        return offset <= memory_bytes && bytes <= memory_bytes - offset;
    }
};

/// Makes what the kernel keeps of VM `number` (from 1), and the VMM that is to build it.
void prepare_vm(u32 number, const Module& guest);

u32 vm_count();
/// VM `number`, or null.
Vm* find_vm(u32 number);

/// Its stage 2, its interrupt controller, its devices. False: they are there already.
bool open_vm(Vm& vm);
/// vCPU `index`, off. False: it is there already, or the VM is not, or it is to have fewer.
bool create_vcpu(Vm& vm, u64 index);

/// Gives a vCPU the registers of a reset (Arm ARM D1.3.1); it will start at `entry` with `x0`. It is not loaded.
void reset_vcpu(Vcpu& vcpu, Ipa entry, u64 x0);

/// The VM is over, for what one of its vCPUs did: all of them stop. When it was the last VM the run ends. A verdict
/// that came before stays.
void end_vm(Vm& vm, trace::Verdict verdict, u64 status, const char* message);

/// A guest can do what the log tells of as often as it likes: false when it has told enough of this VM.
bool may_log(Vm& vm);

/// A guest did what cannot be continued: a report of it, and the end of its VM (Verdict::guest_crash).
void crash_guest(const Vcpu& vcpu, const char* why);

}  // namespace ws
