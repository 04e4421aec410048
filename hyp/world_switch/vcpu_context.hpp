// SPDX-License-Identifier: Apache-2.0
// What EL2 needs to know of a vCPU, and of the host that it interrupts. In the split design the pages that hold these
// are mapped in the kernel's tables and in the lowvisor's.
#pragma once

#include "../arch/aarch32.hpp"
#include "../trace/format/events.hpp"
#include "class_state.hpp"
#include "extension_state.hpp"
#include "trap_config.hpp"

namespace ws {

using GeneralState = ClassState<RegisterClass::general>;
using CalleeSavedState = ClassState<RegisterClass::callee_saved>;
using FpState = ClassState<RegisterClass::fp>;
using ReturnState = ClassState<RegisterClass::return_state>;
using El1State = ClassState<RegisterClass::el1>;
using UserState = ClassState<RegisterClass::user>;
using TimerState = ClassState<RegisterClass::timer>;
using VgicState = ClassState<RegisterClass::vgic>;
using ListRegisterState = ClassState<RegisterClass::list_registers>;
using DebugState = ClassState<RegisterClass::debug>;
using BreakpointState = ClassState<RegisterClass::breakpoints>;

/// Why the guest stopped running: the vector that was taken, and of the syndrome registers those that the exception
/// filled (has_syndrome, has_fault_address); the others are those of an earlier exit.
struct ExitInfo {
    u64 vector;  ///< offset divided by 0x80
    u64 esr;
    u64 far;
    u64 hpfar;
    /// Of an abort whose syndrome does not describe the access (ISV=0): where the instruction is; else unknown.
    Pa instruction;
};

inline constexpr Pa kUnknownPa{~u64{0}};
/// ExitInfo::hpfar of an abort whose address could not be found any more: the guest is to try again.
inline constexpr u64 kUnknownHpfar = ~u64{0};

/// A vCPU as EL2 sees it (KVM: struct kvm_vcpu_arch).
struct alignas(16) VcpuContext {
    GeneralState general;
    FpState fp;
    ReturnState return_state;
    El1State el1;
    UserState user;
    TimerState timer;
    VgicState vgic;
    ListRegisterState list_registers;
    DebugState debug;
    BreakpointState breakpoints;
    TrapConfig traps;
    u64 vttbr;
    u64 vtcr;
    ExitInfo exit;
    trace::Owner owner;  ///< its number through all VMs, from 1
    bool debug_used;     ///< the guest touched a debug register: the breakpoints class is switched from now on
    bool fp_loaded;      ///< designs that are lazy: the FP/SIMD registers hold this vCPU's values
    // These two: kernel/vcpu_interrupts.cpp sets them when it fills list registers.
    bool lists_in_use;   ///< a list register holds an interrupt: what the guest does to it must be read after the exit
    bool lists_changed;  ///< the CPU's list registers or its ICH_HCR_EL2 are not these
    bool wfe_traps;      ///< others wait for the CPU
    ExtensionState extensions;

    /// Rn as an instruction sees it: number 31 reads as zero.
    u64 x(unsigned n) const { return n < 31 ? general.words[n] : 0; }
    void set_x(unsigned n, u64 value) {
        if (n < 31) general.words[n] = value;
    }
    u64& pc() { return return_state.value<reg::ELR_EL2>(); }
    u64& pstate() { return return_state.value<reg::SPSR_EL2>(); }
    /// The trapped instruction is done: on to the next, as the CPU would (KVM: kvm_skip_instr).
    void skip_instruction() {
        using S = reg::SPSR_EL2;
        pc() += reg::ESR_EL2::IL.get(exit.esr) != 0 ? 4 : 2;
        if (aarch32::is_aarch32(pstate())) [[unlikely]] {
            pc() = static_cast<u32>(pc());
            pstate() = aarch32::advance_it(pstate()) & ~S::SS.mask();  // BTYPE's bits are in IT there
            return;
        }
        pstate() &= ~(S::SS.mask() | S::BTYPE.mask());
    }
};

/// What the switch keeps of the host on one CPU while a guest runs there (KVM: struct kvm_host_data).
struct alignas(16) HostContext {
    CalleeSavedState callee_saved;
    FpState fp;
    ReturnState return_state;
    El1State el1;
    UserState user;
    DebugState debug;
    BreakpointState breakpoints;
    TrapConfig traps;
    u32 extensions;  ///< which of ExtensionState's registers this CPU has
};

}  // namespace ws
