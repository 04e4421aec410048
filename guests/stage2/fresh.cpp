// SPDX-License-Identifier: Apache-2.0
// Memory that nobody has touched: zeros, whoever looks first.
#include "guests/lib/guest_console.hpp"
#include "guests/lib/guest_machine.hpp"
#include "guests/lib/guest_psci.hpp"
#include "stage2_checks.hpp"

namespace guest {

namespace {

constexpr u64 kBlock = 2 * 1024 * 1024;
constexpr u64 kLine = 64;
constexpr u64 kDeviceTree = 128 * 1024;  // the hypervisor has put it at the end of RAM: 64 KiB, on a multiple of that
constexpr u64 kPattern = 0x5a5a'a5a5'1234'4321;

volatile u64& word(u64 address) { return *reinterpret_cast<volatile u64*>(address); }

/// One word of each cache line, each time another one.
template <class F>
void for_each_line(u64 start, u64 end, F f) {
    for (u64 line = start; line < end; line += kLine) f(line + line / kLine % (kLine / 8) * 8);
}

void expect_zeros(u64 start, u64 end) {
    for_each_line(start, end,
                  [](u64 at) { expect(word(at) == 0, "untouched memory at", hex(at), "holds", hex(word(at))); });
}

u64 middle() { return (free_start() + (ram_end() - free_start()) / 2) & ~(kBlock - 1); }

}  // namespace

void check_fresh() {
    const u64 end = ram_end() - kDeviceTree;
    if (word(free_start()) != kPattern) {  // the first life
        // The hypervisor looks before the guest does.
        print("guest: untouched memory as text: [");
        flush_console();
        constexpr u64 kBytes = 64;
        const u64 written = hypercall(Hypercall::console_write, middle() - kBlock, kBytes);
        print("]\n");
        expect(written == kBytes, "console_write of untouched memory returned", written);
        expect(hypercall(Hypercall::memory_release, middle() - 2 * kBlock, kBlock) == 0,
               "memory_release of untouched memory failed");
        expect_zeros(free_start(), middle());
        for_each_line(free_start(), middle(), [](u64 at) { word(at) = kPattern; });
        word(free_start()) = kPattern;
        psci::call(psci::Function::system_reset);
        expect(false, "SYSTEM_RESET returned");
    }
    for_each_line(free_start(), middle(), [](u64 at) {
        expect(word(at) == kPattern || word(at) == 0, "after the reset", hex(at),
               "holds what the guest never wrote:", hex(word(at)));
    });
    expect_zeros(middle(), end);
    print("guest: memory that nobody has touched is zeros, before a reset and after it\n");
}

}  // namespace guest
