// SPDX-License-Identifier: Apache-2.0
// A vCPU as the kernel sees it. What EL2 needs of it is in `context`, on pages that the designs may share with EL2.
#pragma once

#include "../world_switch/vcpu_context.hpp"
#include "fault_retries.hpp"
#include "soft_timer.hpp"
#include "thread.hpp"

namespace ws {

struct Vm;
namespace vmm {
struct RunArea;
}

/// What somebody wants a vCPU to do before it enters its guest again: bits of Vcpu::requests.
namespace request {
inline constexpr u32 kFlush = 1;       ///< there are interrupts to put into its list registers
inline constexpr u32 kTimer = 2;       ///< look at the link of its timer interrupt
inline constexpr u32 kLeaveGuest = 4;  ///< wait until nobody needs its list registers
inline constexpr u32 kStop = 8;        ///< it is off, or its VM is over
}  // namespace request

/// The emulated physical timer, CNTP_* (KVM: TIMER_PTIMER).
struct GuestPhysicalTimer {
    u64 control = 0;  ///< CNTP_CTL_EL0 without ISTATUS
    u64 compare = 0;  ///< CNTP_CVAL_EL0
    SoftTimer expiry;
};

/// The last exception that the vCPU was given, and how often that came before without another one: a guest whose
/// handler faults as well takes the same one for ever.
struct InjectedException {
    u64 total = 0;
    u64 alike = 0;
    u64 esr = 0, pc = 0, far = 0;

    void count(u64 its_esr, u64 its_pc, u64 its_far) {
        const bool same = esr == its_esr && pc == its_pc && far == its_far;
        ++total;
        alike = same ? alike + 1 : 1;
        esr = its_esr;
        pc = its_pc;
        far = its_far;
    }
};

struct Vcpu {
    enum class Power : u8 { off, on };  // PSCI

    Vm* vm = nullptr;
    VcpuContext* context = nullptr;
    u32 index = 0;                     ///< in its VM; MPIDR_EL1.Aff0 of the guest
    trace::Owner owner = 0;            ///< through all VMs, from 1
    Thread* thread = nullptr;          ///< runs it: the VMM's thread that called run for it
    vmm::RunArea* run_area = nullptr;  ///< shared with the VMM

    u32 requests = 0;          ///< atomic
    i64 loaded_on = kNowhere;  ///< atomic: the CPU on which its registers are
    static constexpr i64 kNowhere = -1;
    bool waiting = false;      ///< atomic: in WFI, an interrupt must wake its thread
    Power power = Power::off;  ///< under the VM's devices_lock

    bool timer_line = false;  ///< what the interrupt controller was told of its virtual timer
    SoftTimer wake_up;        ///< ends its WFI when its virtual timer is due
    GuestPhysicalTimer physical_timer;
    InjectedException injected;  ///< for who looks from outside

    FaultRetries retries;
    bool os_locked = true;  ///< OSLSR_EL1.OSLK: set by a reset, changed by OSLAR_EL1

    bool wants(u32 requests_wanted) const {
        return (__atomic_load_n(&requests, __ATOMIC_SEQ_CST) & requests_wanted) != 0;
    }
    void ask(u32 more) { __atomic_fetch_or(&requests, more, __ATOMIC_SEQ_CST); }
    void done(u32 less) { __atomic_fetch_and(&requests, ~less, __ATOMIC_SEQ_CST); }
};

}  // namespace ws
