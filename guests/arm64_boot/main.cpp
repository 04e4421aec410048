// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/guest_psci.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

constexpr u32 kSgi = 3;

struct Taken {
    u64 virtual_timer, physical_timer, sgi;
};
Taken taken[kMaxCpus];
u64 uart_interrupts;
u64 ready;
Lock failing;

/// Unlike expect(): a machine that is not understood is not switched off.
template <class... Values>
void check(bool condition, const char* text, Values... values) {
    if (condition) return;
    failing.acquire();
    print("FAIL ", text);
    ((print(" "), print(values)), ...);
    print("\n");
    for (;;) asm volatile("wfi" ::: "memory");
}

void wait_for(const u64& counter, u64 count, const char* what, u64 cpu) {
    const u64 start = ticks();
    while (load(counter) < count) {
        relax();
        check(ticks() - start < ticks_of_microseconds(20'000'000), what, "CPU", cpu);
    }
}

void on_irq(u32 intid) {
    const Machine& m = machine();
    Taken& mine = taken[cpu_index()];
    if (intid == m.virtual_timer_intid) {
        VirtualTimer::stop();
        store(mine.virtual_timer, mine.virtual_timer + 1);
    } else if (intid == m.physical_timer_intid) {
        PhysicalTimer::stop();
        store(mine.physical_timer, mine.physical_timer + 1);
    } else if (intid == m.uart_intid) {
        uart::write(uart::kMask, 0);
        store(uart_interrupts, uart_interrupts + 1);
    } else {
        check(intid == kSgi, "interrupt that nobody asked for:", intid);
        store(mine.sgi, mine.sgi + 1);
    }
    gic::end(intid);
}

/// The protocol itself: what a guest finds at its first instruction.
void check_entry() {
    using namespace ws::reg;
    check(ws::hw::read<CurrentEL>() == 1 << 2, "not at EL1: CurrentEL", hex(ws::hw::read<CurrentEL>()));
    check((ws::hw::read<SCTLR_EL1>() & SCTLR_EL1::M.mask()) == 0, "the MMU is on");
    check((ws::hw::read<DAIF>() >> 6 & 0xf) == 0xf, "exceptions are not all masked: DAIF", hex(ws::hw::read<DAIF>()));
    check(ws::hw::read<CNTFRQ_EL0>() != 0, "CNTFRQ_EL0 is not set");
}

void check_tree() {
    const Machine& m = machine();
    check(m.ram != 0 && m.ram_bytes >= 16 << 20, "memory in the device tree:", hex(m.ram), hex(m.ram_bytes));
    check(m.distributor != 0 && m.redistributors != 0, "no interrupt controller in the device tree");
    check(m.uart != 0 && m.uart_intid >= gic::kFirstSpi, "no serial port in the device tree");
    check(m.virtual_timer_intid != 0 && m.physical_timer_intid != 0, "no timers in the device tree");
    check(m.psci && psci::call(psci::Function::version) >= 2, "no PSCI in the device tree");
    check(m.redistributors_bytes >= m.cpus * 2 * gic::kFrameBytes,
          "too few redistributors:", hex(m.redistributors_bytes));
    // GICv3 says so itself: ArchRev, bits 7 to 4 of PIDR2.
    check((mmio_read(m.distributor + gic::kPidr2) >> 4 & 0xf) == 3, "GICD_PIDR2 is",
          hex(mmio_read(m.distributor + gic::kPidr2)));
    for (u64 cpu = 0; cpu < m.cpus; ++cpu) {
        const u32 pidr2 = mmio_read(gic::redistributor(cpu) + gic::kPidr2);
        check((pidr2 >> 4 & 0xf) == 3, "GICR_PIDR2 of CPU", cpu, "is", hex(pidr2));
    }
}

void check_cpu(u64 cpu) {
    const Machine& m = machine();
    gic::init_cpu();
    gic::enable(kSgi);
    gic::enable(m.virtual_timer_intid);
    gic::enable(m.physical_timer_intid);
    unmask_irq();
    for (u64 i = 1; i <= 5; ++i) {
        VirtualTimer::arm_in(3000);
        PhysicalTimer::arm_in(5000);
        wait_for(taken[cpu].virtual_timer, i, "no interrupt of the virtual timer", cpu);
        wait_for(taken[cpu].physical_timer, i, "no interrupt of the physical timer", cpu);
    }
    gic::send_sgi(kSgi, cpu);
    wait_for(taken[cpu].sgi, 1, "no SGI to itself", cpu);
    store(ready, ready + 1);
}

void life(u64 cpu) {
    check_cpu(cpu);
    wait_for(taken[cpu].sgi, 2, "no SGI from the first CPU", cpu);
}

void check_other_cpu(u64 cpu) {
    const i64 on = start_cpu(cpu, life);
    check(on == psci::kSuccess, "CPU_ON returned", hex(static_cast<u64>(on)), "CPU", cpu);
    wait_for(ready, cpu + 1, "does not come up:", cpu);
    gic::send_sgi(kSgi, cpu);
    const u64 start = ticks();
    while (psci::call(psci::Function::affinity_info, machine().mpidr[cpu], 0) != psci::kOff) {
        relax();
        check(ticks() - start < ticks_of_microseconds(20'000'000), "does not go off:", cpu);
    }
}

void check_uart() {
    uart::write(uart::kMask, 0);
    gic::enable(machine().uart_intid);
    uart::put('\n');
    uart::write(uart::kMask, uart::kTransmitInterrupt);
    wait_for(uart_interrupts, 1, "no interrupt of the serial port", 0);
}

void check_memory() {
    constexpr u64 kStep = 1 << 20;
    for (const bool verify : {false, true}) {
        for (u64 at = free_start() + kStep; at + kStep < ram_end(); at += kStep) {
            auto& word = *reinterpret_cast<volatile u64*>(at);
            if (!verify) word = ~at;
            check(word == ~at, "memory at", hex(at), "is", hex(word));
        }
    }
}

}  // namespace

u64 main() {
    forget_hypervisor();
    check_entry();
    check_tree();
    print("arm64_boot: ", machine().cpus, " CPUs, ", machine().ram_bytes >> 20, " MiB, linked at ",
          hex(reinterpret_cast<u64>(&main) & ~u64{0xffff}), "\n");
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    check_cpu(0);
    check_uart();
    check_memory();
    for (u64 cpu = 1; cpu < machine().cpus; ++cpu) check_other_cpu(cpu);
    print("arm64_boot: everything is where the device tree says\n");
    psci::call(psci::Function::system_off);
    check(false, "SYSTEM_OFF returned");
    return 0;
}

}  // namespace guest
