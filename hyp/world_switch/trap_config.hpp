// SPDX-License-Identifier: Apache-2.0
// What traps to EL2 while a guest runs, and while the host does (KVM: HCR_GUEST_FLAGS, __activate_traps_common).
#pragma once

#include "../arch/registers.hpp"
#include "../arch/res1.hpp"

namespace ws {

/// The values of the trap configuration registers for one world.
struct TrapConfig {
    u64 hcr;
    u64 cptr;
    u64 mdcr;
    u64 hstr;
    u64 cnthctl;
    u64 pmuserenr;
    u64 vmpidr;
    u64 vpidr;
};

/// HCR_EL2 of a guest, without E2H.
constexpr u64 guest_hcr() {
    using H = reg::HCR_EL2;
    return H::RW.mask() | H::VM.mask() |
           // interrupts and SError are the hypervisor's
           H::IMO.mask() | H::FMO.mask() | H::AMO.mask() |
           // waiting gives the CPU back
           H::TWI.mask() |
           // a vCPU moves from CPU to CPU: its TLB and instruction cache maintenance (FB) and its barriers (BSU) reach
           // all of them. Maintenance by set and way cannot: it traps (TSW), and an invalidation would clean first
           // (SWIO)
           H::BSU.of(1) | H::FB.mask() | H::SWIO.mask() | H::TSW.mask() |
           // a walk must not read a device
           H::PTW.mask() |
           // what the hypervisor answers for: firmware, features, implementation defined registers
           H::TSC.mask() | H::TID3.mask() | H::TIDCP.mask() | H::TACR.mask() | H::TLOR.mask() |
           // errors of the hardware, and their records
           H::TEA.mask() | H::TERR.mask();
}

/// WFE traps only while others wait for the CPU: for a guest alone, going out and in costs more than it saves.
constexpr u64 guest_hcr_wfe(bool traps) { return traps ? reg::HCR_EL2::TWE.mask() : 0; }

/// MDCR_EL2 of a guest: the PMU is the recorder's clock and stays the hypervisor's. TDA is one bit for all debug
/// registers: clear, it would give away what the guest shares with no debugger and with all other guests, such as the
/// claim tags and the debug communication channel, which cannot be switched without side effects (Arm ARM D17.3.17,
/// H4.3).
constexpr u64 guest_mdcr(u64 counters) {
    using M = reg::MDCR_EL2;
    return M::HPMN.of(counters) | M::TPM.mask() | M::TPMCR.mask() | M::TPMS.mask() | M::TTRF.mask() | M::TDRA.mask() |
           M::TDOSA.mask() | M::TDA.mask();
}

constexpr u64 host_mdcr(u64 counters) { return reg::MDCR_EL2::HPMN.of(counters); }

/// CPTR_EL2 with E2H=0: FP/SIMD free. SVE traps always, by a bit that is RES1 without it: no guest is told of it.
inline constexpr u64 kCptrE2h0 = res1::kCptrEl2;
constexpr u64 guest_cptr_e2h0(bool fp_loaded) {
    return kCptrE2h0 | reg::CPTR_EL2::TTA.mask() | reg::CPTR_EL2::TAM.mask() |
           (fp_loaded ? 0 : reg::CPTR_EL2::TFP.mask());
}

/// FPEN of CPACR_EL1 and, with E2H, of CPTR_EL2 while the host runs: free for the kernel, while a VMM at EL0 would see
/// a guest's registers and so may not use them.
inline constexpr u64 kFpenNotEl0 = 1;
/// CPTR_EL2 with E2H=1, in CPACR_EL1's layout.
constexpr u64 host_cptr_e2h1() { return reg::e2h1::CPTR_EL2::FPEN.of(kFpenNotEl0); }
constexpr u64 guest_cptr_e2h1(bool fp_loaded) {
    using C = reg::e2h1::CPTR_EL2;
    return C::TTA.mask() | C::TAM.mask() | (fp_loaded ? C::FPEN.mask() : 0);
}

/// CNTHCTL_EL2 of a guest: it may read the physical counter, its physical timer traps.
inline constexpr u64 kGuestCnthctlE2h0 = reg::CNTHCTL_EL2::EL1PCTEN.mask();
inline constexpr u64 kGuestCnthctlE2h1 = reg::e2h1::CNTHCTL_EL2::EL1PCTEN.mask();
/// The host may use both.
inline constexpr u64 kHostCnthctlE2h0 = reg::CNTHCTL_EL2::EL1PCTEN.mask() | reg::CNTHCTL_EL2::EL1PCEN.mask();
inline constexpr u64 kHostCnthctlE2h1 =
    reg::e2h1::CNTHCTL_EL2::EL1PCTEN.mask() | reg::e2h1::CNTHCTL_EL2::EL1PTEN.mask();

/// HSTR_EL2 of a guest: coprocessor 15's implementation defined c15 traps, should EL0 be AArch32.
inline constexpr u64 kGuestHstr = 1U << 15;

}  // namespace ws
