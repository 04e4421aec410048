// SPDX-License-Identifier: Apache-2.0
#include "guest.hpp"

#include "guest_console.hpp"
#include "guest_machine.hpp"
#include "guest_psci.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

namespace {

const char* arguments = "";
u64 ticks_a_second;

constexpr u64 kMarkBegin = 1;
constexpr u64 kMarkEnd = 2;

u64 benchmark_number(const char* name) {
#define BENCHMARK(number, its_name, meaning) \
    if (same(name, its_name)) return number;
#include "hyp/trace/format/benchmarks.def"
#undef BENCHMARK
    print("guest: ", name, " is not in benchmarks.def\n");
    exit(kUsageStatus);
}

}  // namespace

bool same(const char* a, const char* b) {
    for (; *a != '\0' && *a == *b; ++a) ++b;
    return *a == *b;
}

bool argument(const char* name, char* value, u64 room) {
    for (const char* at = arguments; *at != '\0';) {
        const char* n = name;
        const char* word = at;
        while (*n != '\0' && *word == *n) ++word, ++n;
        if (*n == '\0' && *word == '=') {
            u64 i = 0;
            for (++word; *word != '\0' && *word != ' ' && i + 1 < room; ++word) value[i++] = *word;
            value[i] = '\0';
            return true;
        }
        while (*at != '\0' && *at != ' ') ++at;
        while (*at == ' ') ++at;
    }
    return false;
}

u64 number_argument(const char* name, u64 otherwise) {
    char text[24];
    if (!argument(name, text, sizeof(text))) return otherwise;
    u64 number = 0;
    for (const char* at = text; *at != '\0' || at == text; ++at) {
        if (*at < '0' || *at > '9') {
            print("guest: ", name, "=", static_cast<const char*>(text), " is not a number\n");
            exit(kUsageStatus);
        }
        number = number * 10 + static_cast<u64>(*at - '0');
    }
    return number;
}

void begin_benchmark(const char* name) {
    const u64 number = benchmark_number(name);
    if (machine().hypervisor) hypercall(Hypercall::mark, kMarkBegin, number);
}

void end_benchmark(const char* name, u64 iterations) {
    const u64 number = benchmark_number(name);
    if (machine().hypervisor) hypercall(Hypercall::mark, kMarkEnd, number | iterations << 8);
}

u64 ticks() {
    asm volatile("isb" ::: "memory");
    return ws::hw::read<ws::reg::CNTVCT_EL0>();
}

u64 nanoseconds(u64 tick_count) { return tick_count * (1'000'000'000 / ticks_a_second); }

u64 ticks_of_microseconds(u64 microseconds) { return microseconds * (ticks_a_second / 100'000) / 10; }

void report_benchmark(const char* name, u64 iterations, u64 total) {
    print("@bench {\"benchmark\": \"", name, "\", \"iterations\": ", iterations, ", \"total\": ", total, "}\n");
}

void exit(u64 status) {
    if (machine().hypervisor) {
        flush_console();
        hypercall(Hypercall::exit, status);
    }
    print("guest: status ", status, "\n");
    psci::call(psci::Function::system_off);
    for (;;) asm volatile("wfi" ::: "memory");
}

extern "C" [[noreturn]] void guest_entry(const void* device_tree) {
    arguments = read_machine(device_tree);
    ticks_a_second = ws::hw::read<ws::reg::CNTFRQ_EL0>();
    exit(main());
}

}  // namespace guest
