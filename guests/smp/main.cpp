// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_mmio.hpp"
#include "guests/lib/guest_psci.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

using psci::Function;

constexpr u64 kUnusedAffinity = 0x00ff'ff0f;
constexpr u64 kAffinityFields = 0xff'00ff'ffff;

constexpr u64 kResetWithAccess = 2;
u64 lives[kMaxCpus];
u64 may_go_off[kMaxCpus];
u64 midr;

u64 number(Function f) { return static_cast<u64>(f); }

void expect_result(i64 is, i64 wanted, const char* what) {
    expect(is == wanted, what, "returned", hex(static_cast<u64>(is)), "instead of", hex(static_cast<u64>(wanted)));
}

void check_version() {
    const i64 version = psci::call(Function::version);
    expect(version >= 0x1'0000 && version < 0x2'0000, "PSCI_VERSION is", hex(static_cast<u64>(version)));
    for (const Function f :
         {Function::version, Function::cpu_suspend, Function::cpu_off, Function::cpu_on, Function::affinity_info,
          Function::system_off, Function::system_reset, Function::features}) {
        expect(psci::call(Function::features, number(f)) >= 0, "PSCI_FEATURES does not know", hex(number(f)));
    }
    expect_result(psci::call(Function::features, 0x8400'7fff), psci::kNotSupported, "PSCI_FEATURES of nothing");
    expect_result(psci::call(static_cast<Function>(0x8400'0bad)), psci::kNotSupported, "an unknown function");
}

/// Every CPU, each time it comes up.
void check_identity(u64 cpu) {
    const u64 mpidr = ws::hw::read<ws::reg::MPIDR_EL1>();
    expect((mpidr & kAffinityFields) == machine().mpidr[cpu], "MPIDR_EL1 of CPU", cpu, "is", hex(mpidr));
    expect((mpidr >> 31 & 1) == 1, "MPIDR_EL1 bit 31 is RES1:", hex(mpidr));
    const u64 mine = ws::hw::read<ws::reg::MIDR_EL1>();
    if (midr == 0) midr = mine;
    expect(mine == midr && mine >> 24 != 0, "MIDR_EL1 of CPU", cpu, "is", hex(mine));
    const u64 el = ws::hw::read<ws::reg::CurrentEL>();
    expect(el == 1 << 2, "CurrentEL of CPU", cpu, "is", hex(el));
}

/// A CPU's life: it says that it is there, and goes off when it is told to.
void life(u64 cpu) {
    check_identity(cpu);
    // Interrupts are masked when a CPU comes up (DEN 0022, 6.4).
    const u64 daif = ws::hw::read<ws::reg::DAIF>();
    expect(daif == 0xf << 6, "DAIF of CPU", cpu, "is", hex(daif));
    store(lives[cpu], lives[cpu] + 1);
    constexpr u64 kVirtioSlot = 0x0a00'0000;  // what its VMM answers for, the hypervisor does not
    if (number_argument("reset", 0) == kResetWithAccess && cpu + 1 == machine().cpus) mmio_read(kVirtioSlot);
    wait_until([&] { return load(may_go_off[cpu]) >= lives[cpu]; }, "the word to go off");
}

i64 affinity_info(u64 cpu) { return psci::call(Function::affinity_info, machine().mpidr[cpu], 0); }

void switch_on(u64 cpu, u64 round) {
    expect_result(affinity_info(cpu), psci::kOff, "AFFINITY_INFO of a CPU that is off");
    expect_result(start_cpu(cpu, life), psci::kSuccess, "CPU_ON");
    if (machine().hypervisor) {
        // It is coming up or is up already. (QEMU's own PSCI may start it once more.)
        const i64 again = start_cpu(cpu, life);
        expect(again == psci::kAlreadyOn || again == psci::kOnPending, "a second CPU_ON returned",
               hex(static_cast<u64>(again)));
    }
    wait_until([&] { return load(lives[cpu]) == round + 1; }, "a CPU to come up");
    expect_result(affinity_info(cpu), psci::kOn, "AFFINITY_INFO of a CPU that is on");
    expect_result(start_cpu(cpu, life), psci::kAlreadyOn, "CPU_ON of a CPU that is on");
}

void switch_off(u64 cpu, u64 round) {
    store(may_go_off[cpu], round + 1);
    wait_until([&] { return affinity_info(cpu) == psci::kOff; }, "a CPU to go off");
}

void check_others(u64 rounds) {
    const u64 cpus = machine().cpus;
    for (u64 round = 0; round < rounds; ++round) {
        if (round % 2 == 0) {
            for (u64 cpu = 1; cpu < cpus; ++cpu) switch_on(cpu, round);
            for (u64 cpu = 1; cpu < cpus; ++cpu) switch_off(cpu, round);
        } else {
            for (u64 cpu = cpus; --cpu > 0;) {
                switch_on(cpu, round);
                switch_off(cpu, round);
            }
        }
    }
}

void check_errors() {
    const u64 entry = reinterpret_cast<u64>(&life);
    expect_result(psci::call(Function::cpu_on, machine().mpidr[0], entry), psci::kAlreadyOn, "CPU_ON of this CPU");
    expect_result(psci::call(Function::cpu_on, kUnusedAffinity, entry), psci::kInvalidParameters, "CPU_ON of no CPU");
    expect_result(psci::call(Function::affinity_info, kUnusedAffinity, 0), psci::kInvalidParameters,
                  "AFFINITY_INFO of no CPU");
    expect_result(psci::call(Function::affinity_info, machine().mpidr[0], 0), psci::kOn, "AFFINITY_INFO of this CPU");
}

u64 wakes;
void on_irq(u32 intid) {
    expect(intid == machine().virtual_timer_intid, "interrupt", intid, "that nobody asked for");
    VirtualTimer::stop();
    store(wakes, wakes + 1);
    gic::end(intid);
}

/// The standby state (StateType 0) is left by an interrupt, masked or not, and the call returns. It is masked from the
/// look at what it counts to the call: one that came in between would be waited for in vain.
void check_suspend() {
    gic::init_distributor();
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    set_irq_handler(on_irq);
    mask_irq();
    for (u64 i = 0; i < 10; ++i) {
        const u64 start = ticks();
        VirtualTimer::arm_in(20'000);
        u64 calls = 0;
        while (load(wakes) == i) {
            expect_result(psci::call(Function::cpu_suspend, 0, 0, 0), psci::kSuccess, "CPU_SUSPEND");
            expect(++calls < 1000, "CPU_SUSPEND does not wait");
            unmask_irq();
            asm volatile("isb");
            mask_irq();
        }
        expect(ticks() - start >= 20'000, "CPU_SUSPEND came back before the interrupt");
    }
}

/// True in the second life. SYSTEM_RESET leaves memory as it was.
bool reset_once() {
    constexpr u64 kMagic = 0x7365'636f'6e64'6c69;
    auto& word = *reinterpret_cast<volatile u64*>(free_start() + 0x10'0000);
    if (word == kMagic) {
        word = 0;
        return true;
    }
    for (u64 cpu = 1; cpu < machine().cpus; ++cpu) switch_on(cpu, 0);
    print("guest: resetting with ", machine().cpus, " CPUs on\n");
    word = kMagic;
    asm volatile("dc civac, %0\n\tdsb sy" ::"r"(&word) : "memory");
    psci::call(Function::system_reset);
    expect(false, "SYSTEM_RESET returned");
    return false;
}

}  // namespace

u64 main() {
    const u64 rounds = number_argument("rounds", 20);
    turn_on_mmu();
    expect(machine().psci, "the device tree has no arm,psci-0.2");
    if (number_argument("reset", 0) != 0 && reset_once()) print("guest: this is the life after the reset\n");
    check_identity(0);
    check_version();
    check_errors();
    check_others(rounds);
    check_suspend();
    print("guest: ", machine().cpus, " CPUs came and went ", rounds, " times\n");
    if (number_argument("off", 0) != 0) {
        psci::call(Function::system_off);
        expect(false, "SYSTEM_OFF returned");
    }
    return 0;
}

}  // namespace guest
