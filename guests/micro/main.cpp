// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

extern "C" {
void device_read_loop(u64 iterations, u64 address);
void id_register_loop(u64 iterations);
void virtual_eoi_loop(u64 iterations);
void stage2_fault_loop(u64 iterations, u64 address, u64 step);
void virtual_ipi_loop(u64 iterations, u64 sgi, const u64* answers);
[[noreturn]] void answer_ipis(u64* answers);
u64 timer_interrupt_loop(u64 iterations, u64 wait);
u64 vm_switch_loop(u64 iterations, u64 wait);
}

constexpr u64 kWarmUp = 32;

/// Times `loop(iterations)` as a whole.
template <class Loop>
void measure(const char* name, u64 iterations, Loop loop) {
    begin_benchmark(name);
    const u64 before = ticks();
    loop(iterations);
    const u64 after = ticks();
    end_benchmark(name, iterations);
    report_benchmark(name, iterations, nanoseconds(after - before));
}

/// The loop itself says how many ticks.
template <class Loop>
void measure_latency(const char* name, u64 iterations, Loop loop) {
    begin_benchmark(name);
    const u64 sum = loop(iterations);
    end_benchmark(name, iterations);
    report_benchmark(name, iterations, nanoseconds(sum));
}

void io_kernel(const char* name, u64 iterations) {
    const auto loop = [](u64 n) { device_read_loop(n, machine().distributor + gic::kIidr); };
    loop(kWarmUp);
    measure(name, iterations, loop);
}

void io_user(const char* name, u64 iterations) {
    constexpr u64 kMagicValue = 0x0a00'0000;  // MagicValue of virtio-mmio's first slot
    const u32 magic = *reinterpret_cast<const volatile u32*>(kMagicValue);
    expect(magic == 0x7472'6976, "no virtio-mmio device answers; MagicValue is", hex(magic));
    const auto loop = [](u64 n) { device_read_loop(n, kMagicValue); };
    loop(kWarmUp);
    measure(name, iterations, loop);
}

void id_register(const char* name, u64 iterations) {
    id_register_loop(kWarmUp);
    measure(name, iterations, id_register_loop);
}

void virtual_eoi(const char* name, u64 iterations) {
    gic::init_distributor();
    gic::init_cpu();
    virtual_eoi_loop(kWarmUp);
    measure(name, iterations, virtual_eoi_loop);
}

constexpr u32 kIpi = 1;
alignas(64) u64 answers;
u64 answerer_ready;

void answer(u64) {
    gic::init_cpu();
    gic::enable(kIpi);
    store(answerer_ready, 1);
    answer_ipis(&answers);
}

void virtual_ipi(const char* name, u64 iterations) {
    expect(machine().cpus >= 2, "virtual-ipi needs two CPUs");
    gic::init_distributor();
    gic::init_cpu();
    const i64 on = start_cpu(1, answer);
    expect(on == 0, "CPU_ON returned", hex(static_cast<u64>(on)));
    wait_until([] { return load(answerer_ready) == 1; }, "the second CPU");
    using ws::reg::ICC_SGI1R_EL1;
    const u64 sgi = ICC_SGI1R_EL1::INTID.of(kIpi) | ICC_SGI1R_EL1::TargetList.of(1ULL << (machine().mpidr[1] & 0xf));
    const auto loop = [=](u64 n) { virtual_ipi_loop(n, sgi, &answers); };
    loop(kWarmUp);
    measure(name, iterations, loop);
}

/// Far enough that arming is over, whatever it costs.
constexpr u64 kWaitTicks = 600;

void timer_interrupt(const char* name, u64 iterations) {
    gic::init_distributor();
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    const auto loop = [](u64 n) { return timer_interrupt_loop(n, kWaitTicks); };
    loop(kWarmUp);
    measure_latency(name, iterations, loop);
}

/// Every second page is given back, one by one: a hypervisor that would map a whole block again cannot.
void stage2_fault(const char* name, u64 iterations) {
    constexpr u64 kPage = 4096;
    constexpr u64 kStep = 2 * kPage;
    const u64 count = iterations + kWarmUp;
    const u64 start = free_start() + kPage;
    if (start + count * kStep > ram_end()) {
        print("guest: there is not enough memory for iterations=", iterations, "\n");
        exit(kUsageStatus);
    }
    for (u64 i = 0; i < 2 * count; ++i) *reinterpret_cast<volatile u64*>(start + i * kPage) = i;
    if (machine().hypervisor) {
        for (u64 i = 0; i < count; ++i) {
            expect(hypercall(Hypercall::memory_release, start + i * kStep, kPage) == 0, "memory_release failed");
        }
    }
    stage2_fault_loop(kWarmUp, start, kStep);
    measure(name, iterations, [=](u64 n) { stage2_fault_loop(n, start + kWarmUp * kStep, kStep); });
}

/// Long enough that the other VM runs when it ends.
constexpr u64 kSwitchWaitTicks = 4000;

void vm_switch(const char* name, u64 iterations) {
    char role[16] = "measure";
    argument("role", role, sizeof(role));
    if (same(role, "partner")) {
        // Has the CPU whenever the other VM waits, and until that one is done for sure.
        const u64 start = ticks();
        while (ticks() - start < (iterations + kWarmUp) * 4 * kSwitchWaitTicks) {
        }
        return;
    }
    gic::init_distributor();
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    const auto loop = [](u64 n) { return vm_switch_loop(n, kSwitchWaitTicks); };
    loop(kWarmUp);
    measure_latency(name, iterations, loop);
}

struct Benchmark {
    const char* name;
    void (*run)(const char* name, u64 iterations);
};
constexpr Benchmark kBenchmarks[] = {
    {"io-kernel", io_kernel},       {"io-user", io_user},         {"id-register", id_register},
    {"virtual-eoi", virtual_eoi},   {"virtual-ipi", virtual_ipi}, {"timer-interrupt", timer_interrupt},
    {"stage2-fault", stage2_fault}, {"vm-switch", vm_switch},
};

}  // namespace

u64 main() {
    const u64 iterations = number_argument("iterations", 1024);
    char wanted[24] = "";
    argument("benchmark", wanted, sizeof(wanted));
    turn_on_mmu();
    for (const Benchmark& benchmark : kBenchmarks) {
        if (!same(wanted, benchmark.name) || iterations == 0) continue;
        benchmark.run(benchmark.name, iterations);
        return 0;
    }
    print("guest: say benchmark=NAME, one of");
    for (const Benchmark& benchmark : kBenchmarks) print(" ", benchmark.name);
    print("; iterations=0 measures nothing\n");
    return kUsageStatus;
}

}  // namespace guest
