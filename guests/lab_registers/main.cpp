// SPDX-License-Identifier: Apache-2.0
// Labs 1 and 2: does a guest find its registers as it left them? In each round every register gets a pattern, the guest
// traps, by turns to the kernel alone, to its VMM and to wait, and what it finds is sealed for the grader, a check for
// each kind of register.
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest.hpp"
#include "guests/lib/seal.hpp"
#include "guests/lib/wake_up.hpp"
#include "guests/registers/register_patterns.hpp"
#include "hyp/arch/hw/barriers.hpp"

namespace guest {

namespace {

extern "C" const u8 guest_vectors[];

/// The checks are numbered as the kinds of registers are; this one says that the guest has begun.
constexpr u8 kBegun = 0x10;
constexpr u8 kEnded = 0x11;
constexpr u8 kKinds = static_cast<u8>(Kept::interrupt_interface) + 1;

/// What one round's checks have seen.
struct Check {
    Digest digest{0};
    u16 found = kNothingWrong;
};
Check checks[kKinds];

/// Without a branch: which instructions the guest executes must not depend on what it finds, for the grader compares
/// them.
void take(const SeenRegister& seen) {
    Check& check = checks[static_cast<u8>(seen.kind)];
    check.digest.add(seen.is);
    const unsigned first_wrong = unsigned{seen.is != seen.was} & unsigned{check.found == kNothingWrong};
    const auto mask = static_cast<u16>(0U - first_wrong);
    check.found = static_cast<u16>((check.found & ~mask) | (seen.number & mask));
}

/// A read of a register that no guest has: the hypervisor injects an exception, and finds the guest's vectors where its
/// EL1 registers are.
void take_an_exception() {
    ws::hw::write<ws::reg::VBAR_EL1>(reinterpret_cast<u64>(guest_vectors));
    ws::hw::isb();
    attempt([] { ws::hw::read<ws::reg::PMCR_EL0>(); });
}

/// One trap with all registers filled; returns what X0 must be afterwards.
u64 trap(u64 round) {
    // The board's first virtio device is the VMM's: meanwhile that runs, at EL0.
    constexpr u64 kVirtio = 0x0A00'0000;
    constexpr u64 kTurn = 500'000;  // ticks: as long as another VM takes to boot and to come here itself
    switch (round % 4) {
        case 0: silent_round(&before, &after); return kNotSupported;
        case 1:
            before.x[28] = kVirtio;
            device_round(&before, &after);
            return before.x[0];
        case 2:  // another VM has its turn
            arm_wake_up(true, kTurn);
            wait_round(&before, &after);
            arm_wake_up(false);
            return before.x[0];
        default: smc_round(&before, &after); return kNotSupported;
    }
}

}  // namespace

u64 main() {
    const u64 seed = lab_seed.seed;
    const u64 rounds = lab_seed.rounds;
    seal(kBegun, 0, kNothingWrong, Digest(lab_seed.key));
    open_wake_up();
    for (u64 round = 0; round < rounds; ++round) {
        take_an_exception();
        fill_registers(seed + round);
        for (u8 kind = 0; kind < kKinds; ++kind) checks[kind] = {Digest(lab_seed.key + round * kKinds + kind)};
        look_at_registers(trap(round), true, take);
        for (u8 kind = 0; kind < kKinds; ++kind)
            seal(kind, static_cast<u8>(round), checks[kind].found, checks[kind].digest);
    }
    seal(kEnded, static_cast<u8>(rounds), kNothingWrong, Digest(lab_seed.key));
    return 0;
}

}  // namespace guest
