// SPDX-License-Identifier: Apache-2.0
// Debug exceptions, other exception levels and states, waiting.
#include "guests/lib/gic.hpp"
#include "guests/lib/timer.hpp"
#include "hostile_operations.hpp"
#include "hyp/arch/aarch32.hpp"

namespace guest {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;
namespace aarch32 = ws::aarch32;

extern "C" char el0_code[], el0_a32_code[], el0_t32_code[], el1_code[];

}  // namespace

/// Breakpoints and watchpoints with random controls, stepping, and debug exceptions unmasked for a few instructions.
void set_traps_for_itself(Attacker& a) {
    Random& random = a.random;
    const u64 near = reinterpret_cast<u64>(el1_code) - 64 + 4 * random.below(32);
    hw::write<reg::DBGBVR0_EL1>(random.one_in(2) ? near : random.next());
    hw::write<reg::DBGBCR0_EL1>(random.next() | 1);
    hw::write<reg::DBGBVR3_EL1>(random.next());
    hw::write<reg::DBGBCR3_EL1>(random.next());
    hw::write<reg::DBGWVR0_EL1>(any_address(random));
    hw::write<reg::DBGWCR0_EL1>(random.next() | 1);
    asm volatile("msr OSLAR_EL1, xzr\n\tisb" ::: "memory");
    hw::write<reg::MDSCR_EL1>(random.next() & 0xffff);
    hw::isb();
    // MSR DAIFClr, #8, from where an exception is expected.
    Patch patch{0xd503'48ff, {}};
    run_patched(a.cpu, patch);
    return_to(a.cpu, 0x5 | (random.next() & (reg::SPSR_EL1::SS.mask() | reg::SPSR_EL1::D.mask())) | 0x1c0,
              reinterpret_cast<u64>(el1_code), 0);
    hw::write<reg::MDSCR_EL1>(0);
    hw::write<reg::DBGBCR0_EL1>(0);
    hw::write<reg::DBGBCR3_EL1>(0);
    hw::write<reg::DBGWCR0_EL1>(0);
    hw::isb();
}

/// ERET to EL0 in any of its states, to EL2 and EL3, to states that do not exist, to targets that are not aligned.
void leave_el1(Attacker& a) {
    Random& random = a.random;
    u64 pstate = random.one_in(2) ? random.next() & 0xffff'ffff : random.below(32);
    pstate |= reg::SPSR_EL1::I.mask() | reg::SPSR_EL1::F.mask();
    pstate &= ~reg::SPSR_EL1::SS.mask();
    u64 target = reinterpret_cast<u64>(el0_code);
    if ((pstate & aarch32::kModeIs32.mask()) != 0) {
        target = reinterpret_cast<u64>((pstate & aarch32::kThumb.mask()) != 0 ? el0_t32_code : el0_a32_code);
        pstate &= ~(aarch32::kItLow.mask() | aarch32::kItHigh.mask());  // no If-Then block, which would skip the call
    } else if ((pstate & 0xf) == 5 || (pstate & 0xf) == 4) {
        target = reinterpret_cast<u64>(el1_code);
    }
    if (random.one_in(8)) target = nothing_address(random);
    return_to(a.cpu, pstate, target, some_value(random));
    restore_cpu();
}

/// WFE, and more seldom WFI with a timer armed, now or soon: that needs an interrupt controller that works, and some
/// thirty exits to make it.
void wait(Attacker& a) {
    if (!a.random.one_in(8)) {
        asm volatile("sevl\n\twfe\n\tsev\n\twfe\n\tyield" ::: "memory");
        return;
    }
    controller_lock.acquire();
    restore_interrupts();
    gic::enable(machine().virtual_timer_intid);
    VirtualTimer::arm_in(a.random.below(3000));
    // Interrupts are masked: what is pending ends WFI and is not taken.
    while ((VirtualTimer::control() & VirtualTimer::kMet) == 0) asm volatile("wfi" ::: "memory");
    VirtualTimer::stop();
    controller_lock.release();
}

}  // namespace guest
