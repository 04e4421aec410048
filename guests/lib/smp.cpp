// SPDX-License-Identifier: Apache-2.0
#include "smp.hpp"

#include <cstddef>

#include "guest_psci.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "mmu.hpp"

namespace guest {

namespace {

constexpr u64 kStackBytes = 16384;
constexpr u64 kAffinityFields = 0xff'00ff'ffff;  // Aff3, Aff2, Aff1, Aff0

/// What a CPU needs before it can see caches or use a stack; guest_start.S knows the order.
struct alignas(64) SecondaryBoot {
    MmuState mmu;
    u64 stack_top;
    u64 index;
};
static_assert(offsetof(SecondaryBoot, stack_top) == 32 && offsetof(SecondaryBoot, index) == 40);
static_assert(sizeof(SecondaryBoot) == 64);

SecondaryBoot boot[kMaxCpus];
CpuMain mains[kMaxCpus];
alignas(16) u8 stacks[kMaxCpus][kStackBytes];
bool started;

extern "C" void secondary_start();

}  // namespace

u64 cpu_index() {
    const u64 mpidr = ws::hw::read<ws::reg::MPIDR_EL1>() & kAffinityFields;
    for (u64 i = 1; i < machine().cpus; ++i) {
        if (machine().mpidr[i] == mpidr) return i;
    }
    return 0;
}

bool smp_started() { return started; }

i64 start_cpu(u64 index, CpuMain f) {
    started = true;
    store(mains[index], f);
    boot[index] = {mmu_state(), reinterpret_cast<u64>(stacks[index]) + kStackBytes, index};
    // It is read with the MMU and the caches off.
    asm volatile("dc cvac, %0\n\tdsb sy" ::"r"(&boot[index]) : "memory");
    return psci::call(psci::Function::cpu_on, machine().mpidr[index], reinterpret_cast<u64>(secondary_start),
                      reinterpret_cast<u64>(&boot[index]));
}

void start_other_cpus(CpuMain f) {
    const u64 self = cpu_index();
    for (u64 i = 0; i < machine().cpus; ++i) {
        if (i == self) continue;
        const i64 result = start_cpu(i, f);
        expect(result == psci::kSuccess, "CPU_ON of CPU", i, "returned", hex(static_cast<u64>(result)));
    }
}

extern "C" [[noreturn]] void secondary_entry(u64 index) {
    load(mains[index])(index);
    psci::call(psci::Function::cpu_off);
    expect(false, "CPU_OFF returned on CPU", index);
    for (;;) relax();
}

}  // namespace guest
