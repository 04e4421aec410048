// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/timer.hpp"
#include "hostile_operations.hpp"
#include "hyp/arch/pstate.hpp"

namespace guest {

Lock controller_lock;

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;

extern "C" void hostile_run(u64* x, u64 code, u64* recovery);
extern "C" void hostile_return(u64 x0, u64 pstate, u64 target, u64* recovery);
extern "C" void hostile_jump(u64 target, u64* recovery);

constexpr u32 kReturnInstruction = 0xd65f'03c0;

/// A piece of code for each CPU, a cache line or more.
struct alignas(256) Code {
    volatile u32 instruction[2];
};
Code codes[kMaxCpus];
struct alignas(64) Recovery {
    u64 address;  ///< 0: no exception is expected
    u64 exceptions;
};
Recovery recoveries[kMaxCpus];

/// Most operations leave it alone, and an emulator forgets all translations when a translation register is written.
template <class Register>
void put_back(u64 value) {
    if (hw::read<Register>() != value) hw::write<Register>(value);
}

}  // namespace

bool recover(Frame& frame) {
    Recovery& mine = recoveries[cpu_index()];
    if (mine.address == 0) return false;
    ++mine.exceptions;
    frame.pc = mine.address;
    frame.pstate = ws::kEl1hMasked;
    return true;
}

bool run_patched(u64 cpu, Patch& patch) {
    Code& code = codes[cpu];
    code.instruction[0] = patch.instruction;
    code.instruction[1] = kReturnInstruction;
    asm volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(&code) : "memory");
    const u64 before = recoveries[cpu].exceptions;
    hostile_run(patch.x, reinterpret_cast<u64>(&code), &recoveries[cpu].address);
    return recoveries[cpu].exceptions != before;
}

void return_to(u64 cpu, u64 pstate, u64 target, u64 x0) {
    hostile_return(x0, pstate, target, &recoveries[cpu].address);
}
void jump(u64 cpu, u64 target) { hostile_jump(target, &recoveries[cpu].address); }

void restore_cpu() {
    // The MMU is off: none of the translation registers counts until they are right again.
    put_back<reg::TTBR0_EL1>(mmu_state().ttbr0);
    put_back<reg::TCR_EL1>(mmu_state().tcr);
    put_back<reg::MAIR_EL1>(mmu_state().mair);
    put_back<reg::MDSCR_EL1>(0);
    put_back<reg::CNTKCTL_EL1>(0);
    hw::isb();
}

void restore_interrupts() {
    VirtualTimer::stop();
    PhysicalTimer::stop();
    // Whatever was active or running: it is not any more.
    asm volatile("msr ICC_AP0R0_EL1, xzr\n\tmsr ICC_AP1R0_EL1, xzr\n\tisb");
    hw::write<reg::ICC_IGRPEN0_EL1>(0);
    gic::silence_distributor();
    gic::init_cpu();
}

}  // namespace guest
