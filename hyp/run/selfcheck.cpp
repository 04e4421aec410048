// SPDX-License-Identifier: Apache-2.0
#include "selfcheck.hpp"

#include "../arch/hw/barriers.hpp"
#include "../base/panic.hpp"
#include "../base/print.hpp"
#include "../cpu/cpu.hpp"
#include "../world_switch/design.hpp"
#include "../world_switch/stays_in_cpu.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

extern "C" u64 call_with_patterns(void (*function)(void*), void* argument);

constexpr u64 pattern(u64 n) { return 0xa5a5'0000'0000'0000 | (n * 0x0001'0101); }

/// In the split design the kernel's EL1 registers are switched at every exit, in the el2 design those that its
/// processes run with at load and put. With E2H no switch touches what the kernel's EL1 names reach.
constexpr bool kEl1IsSwitchedAtExits = ThisDesign::kKernelEl == 1;
constexpr bool kHostUsesEl1 = (ThisDesign::kEl2Mode & reg::HCR_EL2::E2H.mask()) == 0;

/// Does an exit in it switch registers of the host's for want of an optimisation?
constexpr bool kExitsSwitchMore =
    !kOptimisations.lazy_fp || !kOptimisations.deferred_state || !kOptimisations.lazy_debug;

/// What the kernel does not depend on, and may fill: no exception and no process comes between fill and verify, and
/// there is no upper address range.
template <SysregId id>
void fill_one(u64 n) {
    switch (id) {
        case SysregId::ESR_EL1:
        case SysregId::AFSR0_EL1:
        case SysregId::AFSR1_EL1:
        case SysregId::FAR_EL1:
        case SysregId::PAR_EL1:
        case SysregId::ELR_EL1:
        case SysregId::SPSR_EL1: hw::write<id>(pattern(n)); break;
        case SysregId::CONTEXTIDR_EL1: hw::write<id>(pattern(n) & 0xffff'ffff); break;
        case SysregId::TTBR1_EL1: hw::write<id>(n << 12); break;
        case SysregId::CSSELR_EL1: hw::write<id>(2); break;
        case SysregId::CNTKCTL_EL1: hw::write<id>(3); break;
        default: break;
    }
}

/// Calls f.template operator()<id, index>() for each register of class `c` that the kernel may name: SP_EL1 is EL2's.
template <RegisterClass c, class F>
void for_each_sysreg(F f) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (
            [&] {
                constexpr SysregId id = detail::nth_sysreg(c, i);
                if constexpr (id != SysregId::SP_EL1 || ThisDesign::kKernelEl == 2)
                    f.template operator()<id, ClassState<c>::kCoreWords + i>();
            }(),
            ...);
    }(std::make_index_sequence<ClassState<c>::kSysregs>{});
}

[[noreturn]] void lost(const char* name, const char* when, u64 was, u64 is) {
    print("\nselfcheck: the host's ", name, " was ", hex(was), " and is ", hex(is), " ", when, "\n");
    panic("selfcheck: the switch lost a register of the host's");
}

template <RegisterClass c>
void keep_class(ClassState<c>& state) {
    for_each_sysreg<c>([&]<SysregId id, std::size_t at>() { state.words[at] = hw::read<id>(); });
}

template <RegisterClass c>
void verify_class(const ClassState<c>& state, const char* when) {
    for_each_sysreg<c>([&]<SysregId id, std::size_t at>() {
        const u64 is = hw::read<id>();
        if (is != state.words[at]) lost(info(id).name, when, state.words[at], is);
    });
}

/// Calls f(name, value) for each register that is to hold the kernel's value while guests run (guest_state.def).
template <class F>
void for_each_untouched(F f) {
#define GUEST_REGISTER(name, fate, host, why) \
    if constexpr (HostValue::host == HostValue::keeps) f(#name, hw::read<SysregId::name>());
#define GUEST_REGISTERS(...)
#define GUEST_STATE(...)
#include "../world_switch/guest_state.def"
#undef GUEST_REGISTER
#undef GUEST_REGISTERS
#undef GUEST_STATE
}

void verify_fp(const FpState& state, const char* when) {
    FpState now;
    hw::save_v_registers(now.words);
    for (unsigned i = 0; i < FpState::kCoreWords; ++i) {
        if (now.words[i] == state.words[i]) continue;
        print("\nselfcheck: V", i / 2, "\n");
        lost("FP/SIMD register", when, state.words[i], now.words[i]);
    }
    verify_class(state, when);
}

// What belongs to nobody while the host runs gets patterns as well: a guest that finds them was not fully restored.

WS_INLINE void scrub_timer() { hw::write_guest<ThisDesign::kGuestNames, SysregId::CNTV_CVAL_EL0>(pattern(201)); }

/// With E2H EL1 is the guest's alone: while its registers are saved, anything may be in it.
WS_INLINE void scrub_el1() {
    for_each_sysreg<RegisterClass::el1>([&]<SysregId id, std::size_t at>() {
        hw::write_guest<ThisDesign::kGuestNames, id>(pattern(at) & ~u64{0xfff});
    });
}

/// The virtual interface is the guest's alone, and is off: ICH_HCR_EL2, which would switch it on, stays.
WS_INLINE void scrub_vgic() {
    for_each_sysreg<RegisterClass::vgic>([&]<SysregId id, std::size_t at>() { hw::write<id>(pattern(at)); });
    for_each_sysreg<RegisterClass::list_registers>([&]<SysregId id, std::size_t at>() {
        if constexpr (id != SysregId::ICH_HCR_EL2) hw::write<id>(pattern(at));
    });
}

void scrub_guest_registers() {
    hw::write<reg::SP_EL0>(pattern(200));
    scrub_timer();
    if constexpr (!kHostUsesEl1) scrub_el1();
    if constexpr (!kEl1IsSwitchedAtExits) scrub_vgic();
}

/// The same where the kernel is at EL2 and the vCPU is loaded: what the next entry brings back.
void scrub_before_entry() {
    hw::write<reg::SP_EL0>(pattern(200));
    if constexpr (!kTimerStaysInCpu) scrub_timer();
    if constexpr (!kEl1StaysInCpu) scrub_el1();
    if constexpr (!kVgicStaysInCpu) scrub_vgic();
}

}  // namespace

void HostRegisters::keep() {
    hw::save_v_registers(fp_.words);
    keep_class(fp_);
    keep_class(user_);
    keep_class(debug_);
    keep_class(breakpoints_);
    if constexpr (kHostUsesEl1) keep_class(el1_);
    u64* next = untouched_;
    for_each_untouched([&](const char*, u64 value) { *next++ = value; });
}

void HostRegisters::fill() {
    for (unsigned i = 0; i < FpState::kCoreWords; ++i) fp_.words[i] = pattern(i);
    hw::restore_v_registers(fp_.words);
    hw::write<reg::FPSR>(reg::FPSR::QC.mask());
    hw::write<reg::FPCR>(reg::FPCR::FZ.mask());
    hw::write<reg::TPIDR_EL0>(pattern(100));
    hw::write<reg::TPIDRRO_EL0>(pattern(101));
    hw::write<reg::MDSCR_EL1>(reg::MDSCR_EL1::TDCC.mask());
    for_each_sysreg<RegisterClass::breakpoints>([&]<SysregId id, std::size_t at>() { hw::write<id>((at + 1) << 8); });
    if constexpr (kHostUsesEl1) {
        for_each_sysreg<RegisterClass::el1>([&]<SysregId id, std::size_t at>() { fill_one<id>(at); });
    }
    scrub_guest_registers();
    hw::isb();
    keep();  // as the hardware kept them: not every bit of every register can be written
}

void HostRegisters::verify(const char* when) const {
    verify_fp(fp_, when);
    verify_class(user_, when);
    verify_class(debug_, when);
    verify_class(breakpoints_, when);
    if constexpr (kHostUsesEl1) verify_class(el1_, when);
    const u64* was = untouched_;
    for_each_untouched([&](const char* name, u64 is) {
        if (is != *was) lost(name, when, *was, is);
        ++was;
    });
}

void HostRegisters::verify_switched_at_exits(const char* when) const {
    verify_class(debug_, when);
    if constexpr (!kOptimisations.lazy_fp) verify_fp(fp_, when);
    if constexpr (!kOptimisations.deferred_state) verify_class(user_, when);
    if constexpr (!kOptimisations.lazy_debug) verify_class(breakpoints_, when);
}

namespace {
HostRegisters around_load_and_put[trace::kMaxCpus];
HostRegisters around_run[trace::kMaxCpus];
}  // namespace

void fill_host_registers() { around_load_and_put[this_cpu().id].fill(); }
void verify_host_registers(const char* when) { around_load_and_put[this_cpu().id].verify(when); }

void run_checked(VcpuContext& vcpu) {
    HostRegisters& before = around_run[this_cpu().id];
    if constexpr (kEl1IsSwitchedAtExits) {
        before.fill();
    } else {
        scrub_before_entry();
    }
    const u64 daif = hw::read<reg::DAIF>();
    const u64 lost_registers =
        call_with_patterns([](void* argument) { ThisDesign::run(*static_cast<VcpuContext*>(argument)); }, &vcpu);
    if (lost_registers != 0)
        panic("selfcheck: the switch lost general-purpose registers of the host's, bit n for Xn", lost_registers);
    if (hw::read<reg::DAIF>() != daif) lost("DAIF", "after an exit", daif, hw::read<reg::DAIF>());
    if constexpr (kEl1IsSwitchedAtExits) {
        before.verify("after an exit");
    } else if constexpr (kExitsSwitchMore) {
        around_load_and_put[this_cpu().id].verify_switched_at_exits("after an exit");
    }
}

}  // namespace ws
