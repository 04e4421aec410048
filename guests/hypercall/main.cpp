// SPDX-License-Identifier: Apache-2.0
// The paper's Hypercall benchmark: HVC with a call that the hypervisor does not know, and back.
#include "guests/lib/guest.hpp"

namespace guest {

namespace {

constexpr const char* kBenchmark = "hypercall";

constexpr u32 kUnknownFunction = 0xC600'FFFF;
constexpr u32 kVersion = 0x8000'0000;  // SMCCC_VERSION (DEN 0028, 7.2)

/// `iterations` calls. The loop's own four instructions are part of what is measured.
template <u32 kFunction>
void call(u64 iterations) {
    asm volatile(
        "1: mov w0, %w1\n\t"
        "hvc #0\n\t"
        "subs %0, %0, #1\n\t"
        "b.ne 1b"
        : "+r"(iterations)
        : "r"(kFunction)
        : "x0", "x1", "x2", "x3", "cc", "memory");
}

template <u32 kFunction>
void measure(u64 iterations) {
    constexpr u64 kWarmUp = 16;
    call<kFunction>(kWarmUp);
    begin_benchmark(kBenchmark);
    const u64 before = ticks();
    call<kFunction>(iterations);
    const u64 after = ticks();
    end_benchmark(kBenchmark, iterations);
    report_benchmark(kBenchmark, iterations, nanoseconds(after - before));
}

}  // namespace

u64 main() {
    const u64 iterations = number_argument("iterations", 1000);
    if (iterations == 0) {
        print("guest: iterations=0 measures nothing\n");
        return 2;
    }
    // A guest that has used a breakpoint has registers of its own for them, which somebody must switch.
    if (number_argument("breakpoints", 0) != 0) asm volatile("msr DBGBVR0_EL1, xzr");
    char which[12] = "unknown";
    argument("call", which, sizeof(which));
    if (same(which, "version")) {
        measure<kVersion>(iterations);
    } else {
        measure<kUnknownFunction>(iterations);
    }
    return 0;
}

}  // namespace guest
