// SPDX-License-Identifier: Apache-2.0
#include "el2_setup.hpp"

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/maintenance.hpp"
#include "../arch/hw/sysreg_access.hpp"
#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "board_info.hpp"
#include "clock_alignment.hpp"

namespace ws {

Cpu cpus[trace::kMaxCpus];
alignas(16) [[gnu::section(".stacks")]] u8 el2_stacks[trace::kMaxCpus][kCpuStackBytes];
alignas(16) [[gnu::section(".stacks")]] u8 kernel_stacks[trace::kMaxCpus][kCpuStackBytes];

namespace {

/// Fine-grained traps: a bit that is named with an n traps while it is 0, so zero keeps newer extensions' registers
/// from all of EL1 (permission indirection, guarded control stacks, TPIDR2_EL0, ACCDATA_EL1, branch records; Arm ARM
/// D17.2.63). HCRX_EL2 of zero does the same for what it enables. Both are unknown at reset.
void deny_newer_extensions() {
    if (reg::ID_AA64MMFR0_EL1::FGT.get(hw::read<reg::ID_AA64MMFR0_EL1>()) != 0) {
        hw::write<reg::HFGRTR_EL2>(0);
        hw::write<reg::HFGWTR_EL2>(0);
        hw::write<reg::HFGITR_EL2>(0);
        hw::write<reg::HDFGRTR_EL2>(0);
        hw::write<reg::HDFGWTR_EL2>(0);
    }
    if (reg::ID_AA64MMFR1_EL1::HCX.get(hw::read<reg::ID_AA64MMFR1_EL1>()) != 0) hw::write<reg::HCRX_EL2>(0);
}

/// What this CPU has of extension_state.hpp. Nothing is left in it by whoever ran before.
u32 open_extensions() {
    u32 extensions = 0;
    if (reg::ID_AA64PFR0_EL1::RAS.get(hw::read<reg::ID_AA64PFR0_EL1>()) != 0) {
        extensions |= Extensions::kDeferredErrors;
        hw::write<reg::VDISR_EL2>(0);
    }
    const bool traps = reg::ID_AA64MMFR0_EL1::FGT.get(hw::read<reg::ID_AA64MMFR0_EL1>()) != 0;
    if (!traps && reg::ID_AA64PFR1_EL1::SME.get(hw::read<reg::ID_AA64PFR1_EL1>()) != 0) {
        extensions |= Extensions::kThreadId2;
        hw::write<reg::TPIDR2_EL0>(0);
    }
    return extensions;
}

/// PMCCNTR_EL0 beside CNTPCT_EL0, for align_clock().
struct BoardClock {
    WS_INLINE ClockPair pair() const {
        ClockPair pair;
        asm volatile("mrs %0, CNTPCT_EL0\n\tmrs %1, PMCCNTR_EL0" : "=r"(pair.ticks), "=r"(pair.cycles)::"memory");
        return pair;
    }
    /// The writing comes three instructions after the reading.
    WS_INLINE void add(u64 cycles) const {
        asm volatile("mrs x9, PMCCNTR_EL0\n\tadd x9, x9, %0\n\tadd x9, x9, #3\n\tmsr PMCCNTR_EL0, x9" ::"r"(cycles)
                     : "x9");
        hw::isb();
    }
    WS_INLINE void wait() const { asm volatile("nop"); }
};

}  // namespace

void prepare_el2(Cpu& cpu) {
    hw::write<reg::TPIDR_EL2>(reinterpret_cast<u64>(&cpu));

    // The interrupt controller is reached by system registers, at EL2 and below.
    hw::write<reg::ICC_SRE_EL2>(reg::ICC_SRE_EL2::Enable.mask() | reg::ICC_SRE_EL2::SRE.mask());
    hw::isb();
    const u64 list_registers = reg::ICH_VTR_EL2::ListRegs.get(hw::read<reg::ICH_VTR_EL2>()) + 1;
    if (list_registers < 4) panic("fewer list registers than the switch moves (4)", list_registers);
    constexpr u64 kPreemptionBits = 5;  // more need ICH_AP*R1_EL2 and up, which are not switched
    const u64 preemption_bits = reg::ICH_VTR_EL2::PREbits.get(hw::read<reg::ICH_VTR_EL2>()) + 1;
    if (preemption_bits > kPreemptionBits) panic("more preemption bits than the switch moves (5)", preemption_bits);
    hw::write<reg::ICH_HCR_EL2>(0);
    // From here on EL1 cannot turn its system registers off: a guest would turn off the split host's.
    hw::write<reg::ICC_SRE_EL1>(reg::ICC_SRE_EL1::SRE.mask());
    hw::write<reg::ICC_SRE_EL2>(reg::ICC_SRE_EL2::SRE.mask());
    hw::isb();

    using Debug = reg::ID_AA64DFR0_EL1;
    const u64 debug = hw::read<Debug>();
    if (Debug::BRPs.get(debug) > 5 || Debug::WRPs.get(debug) > 3) {
        panic("more breakpoints (6) or watchpoints (4) than the switch moves; ID_AA64DFR0_EL1 is", debug);
    }

    deny_newer_extensions();
    cpu.host.extensions = open_extensions();

    const bool e2h = ThisDesign::kEl2Mode != 0;
    TrapConfig& host = cpu.host.traps;
    const u64 counters = reg::PMCR_EL0::N.get(hw::read<reg::PMCR_EL0>());
    host.hcr = reg::HCR_EL2::RW.mask() | ThisDesign::kHostHcr;
    host.cptr = e2h ? host_cptr_e2h1() : kCptrE2h0;
    host.mdcr = host_mdcr(counters);
    host.hstr = 0;
    host.cnthctl = e2h ? kHostCnthctlE2h1 : kHostCnthctlE2h0;
    host.pmuserenr = 0;
    host.vmpidr = hw::read<reg::MPIDR_EL1>();
    host.vpidr = hw::read<reg::MIDR_EL1>();

    hw::write<reg::CNTV_CTL_EL0>(0);  // before E2H gives the name to EL2's own timer
    hw::write<reg::HCR_EL2>(host.hcr);
    hw::isb();  // E2H decides how the registers below are laid out
    hw::write<reg::CPTR_EL2>(host.cptr);
    hw::write<reg::MDCR_EL2>(host.mdcr);
    hw::write<reg::HSTR_EL2>(host.hstr);
    hw::write<reg::CNTHCTL_EL2>(host.cnthctl);
    hw::write<reg::PMUSERENR_EL0>(host.pmuserenr);
    hw::write<reg::VMPIDR_EL2>(host.vmpidr);
    hw::write<reg::VPIDR_EL2>(host.vpidr);
    hw::write<reg::VTTBR_EL2>(0);
    hw::write<reg::CNTVOFF_EL2>(0);
    hw::write<reg::MDSCR_EL1>(0);
    hw::isb();
    hw::tlb_invalidate_el1_all();
}

void start_trace_clock() {
    using C = reg::PMCR_EL0;
    hw::write<reg::PMCCFILTR_EL0>(reg::PMCCFILTR_EL0::NSH.mask());  // EL2 counts as well
    hw::write<reg::PMCNTENSET_EL0>(reg::PMCNTENSET_EL0::C.mask());
    hw::write<reg::PMCR_EL0>(C::E.mask() | C::C.mask() | C::LC.mask());
    hw::isb();

    const u64 frequency = hw::read<reg::CNTFRQ_EL0>();
    if (frequency == 0) panic("CNTFRQ_EL0 is zero");
    const u64 period = 1'000'000'000 / frequency;
    const BoardClock clock;
    align_clock(clock, period);
}

}  // namespace ws
