// SPDX-License-Identifier: Apache-2.0
#include "guest.hpp"

#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/device_tree/reader.hpp"

namespace guest {

namespace {

const char* arguments = "";

constexpr u64 kExceptionStatus = 101;   ///< an exception that the guest did not expect
constexpr u64 kUsageStatus = 2;
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

void begin_benchmark(const char* name) { hypercall(Hypercall::mark, kMarkBegin, benchmark_number(name)); }
void end_benchmark(const char* name) { hypercall(Hypercall::mark, kMarkEnd, benchmark_number(name)); }

u64 ticks() {
    asm volatile("isb" ::: "memory");
    return ws::hw::read<ws::reg::CNTVCT_EL0>();
}

u64 nanoseconds(u64 tick_count) { return tick_count * (1'000'000'000 / ws::hw::read<ws::reg::CNTFRQ_EL0>()); }

void report_benchmark(const char* name, u64 iterations, u64 total) {
    print("@bench {\"benchmark\": \"", name, "\", \"iterations\": ", iterations, ", \"total\": ", total, "}\n");
}

extern "C" [[noreturn]] void guest_entry(const void* device_tree) {
    const ws::device_tree::Reader tree(device_tree);
    arguments = tree.property(tree.child(tree.first(), "chosen"), "bootargs").string();
    exit(main());
}

extern "C" [[noreturn]] void guest_exception(u64 vector) {
    print("guest: unexpected exception, vector ", hex(vector * 0x80, 3), ", ESR_EL1 ", hex(ws::hw::read<ws::reg::ESR_EL1>(), 8),
          ", ELR_EL1 ", hex(ws::hw::read<ws::reg::ELR_EL1>(), 8), ", FAR_EL1 ", hex(ws::hw::read<ws::reg::FAR_EL1>(), 8), "\n");
    exit(kExceptionStatus);
}

}  // namespace guest

// hyp/kernel/print.cpp prints to this: in a guest, the console is a hypercall.
namespace ws::pl011 {
void put(char character) { guest::hypercall(guest::Hypercall::console_putc, static_cast<u8>(character)); }
}  // namespace ws::pl011
