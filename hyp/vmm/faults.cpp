// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include "kernel_calls.hpp"

namespace ws::vmm {

namespace {

constexpr u64 kKernelImage = 0x4020'0000;  // mapped, but not for EL0
constexpr u64 kNothing = 0x41'0000'0000;

void write_to(u64 address) { *reinterpret_cast<volatile u64*>(address) = 1; }
u64 read_from(u64 address) { return *reinterpret_cast<const volatile u64*>(address); }

/// More stack than there is.
u64 recurse(u64 depth) {
    if (depth == 0) return 0;
    volatile u64 room[64];
    room[depth % 64] = depth;
    return recurse(depth - 1) + room[depth % 64];
}

/// Every call with every value that could reach too far.
void call_with_nonsense() {
    constexpr u64 kValues[] = {0,
                               1,
                               7,
                               8,
                               31,
                               0x1000,
                               kKernelImage,
                               kNothing,
                               kGuestMemory.value - 1,
                               kGuestMemory.value,
                               kStacks.value,
                               kBootPage.value,
                               kRunAreas.value,
                               1ULL << 63,
                               ~u64{0} - 0xfff,
                               ~u64{0}};
    constexpr u64 kCalls = 64;
    for (u64 number = 0; number < kCalls; ++number) {
        const SystemCall which = static_cast<SystemCall>(number);
        const bool stays = which == SystemCall::exit || which == SystemCall::run || which == SystemCall::wait;
        if (stays || which == SystemCall::start_thread) continue;
        for (const u64 first : kValues) {
            for (const u64 second : kValues) {
                call(which, first, second, kNothing, 512);
                call(which, second, 8, first, 512);
            }
        }
    }
}

/// Of the last vCPU's thread, while its guest asks for a reset: the machine cannot begin anew before this vCPU has
/// stopped. vCPU 1 has, and is not to run again until then.
void switch_on_in_a_reset() {
    while (call(SystemCall::get_register, 1, 0) < 0) call(SystemCall::yield);  // it is on
    if (call(SystemCall::start_vcpu, 1) >= 0)
        give_up("the kernel switched a vCPU on in a machine that was to begin anew");
}

}  // namespace

void commit_fault(u32 number) {
    static bool committed = false;
    if (number == 0 || __atomic_exchange_n(&committed, true, __ATOMIC_RELAXED)) return;
    switch (number) {
        case 1: write_to(0); break;
        case 2: read_from(kKernelImage); break;
        case 3: write_to(kImage.value); break;
        case 4: reinterpret_cast<void (*)()>(kGuestMemory.value)(); break;
        case 5: reinterpret_cast<void (*)()>(kKernelImage)(); break;
        case 6: recurse(kStackBytes); break;
        case 7: asm volatile(".word 0"); break;                     // undefined
        case 8: asm volatile(".word 0x6f00e400"); break;            // MOVI V0.2D, #0: registers that are a guest's
        case 9: asm volatile(".word 0xd5384240"); break;            // MRS X0, CurrentEL
        case 10: asm volatile(".word 0xd4000002" ::: "x0"); break;  // HVC #0
        case 11: call_with_nonsense(); break;
        case 12:
            for (;;) asm volatile("");
        case 14: switch_on_in_a_reset(); break;
        default: break;
    }
}

}  // namespace ws::vmm
