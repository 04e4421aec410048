// SPDX-License-Identifier: Apache-2.0
// Fills every register that a guest may write with patterns of its own, traps in different ways, and expects to find
// all of them as it left them.
#include "guests/lib/guest.hpp"
#include "guests/lib/wake_up.hpp"
#include "register_patterns.hpp"

namespace guest {

namespace {

/// Debug registers trap at each access: they are compared in one round of so many, and before each new filling.
constexpr u64 kDebugRounds = 16;

/// X0 to X3 are for a call's results (SMCCC, DEN 0028, 2.6): so many of them a call may change.
u64 results = 1;
u64 round = 0;
u64 lost = 0;

/// Prints a register that was not kept.
void print_lost(const SeenRegister& seen) {
    if (seen.is == seen.was) return;
    if (seen.kind == Kept::general_purpose && seen.number != 0 && seen.number < results) return;
    ++lost;
    print("guest: ");
    if (seen.kind == Kept::general_purpose) {
        print("X", seen.number);
    } else if (seen.kind == Kept::simd) {
        print("V", seen.number / 2, seen.number % 2 == 0 ? " (lower half)" : " (upper half)");
    } else {
        print(seen.name);
    }
    print(" was ", hex(seen.was), " and is ", hex(seen.is), " in round ", round, "\n");
}

}  // namespace

u64 main() {
    const u64 rounds = number_argument("rounds", 10'000);
    const u64 per_filling = number_argument("per-filling", 50);
    results = number_argument("results", 1);
    open_wake_up();
    for (; round < rounds; ++round) {
        if (round % per_filling == 0) fill_registers(round / per_filling);
        u64 result = kNotSupported;
        if (round % 16 == 7) {
            arm_wake_up(true);
            wait_round(&before, &after);
            arm_wake_up(false);
            result = before.x[0];
        } else if (round % 16 == 11) {
            smc_round(&before, &after);
        } else {
            hypercall_round(&before, &after);
        }
        look_at_registers(result, round % kDebugRounds == 0 || (round + 1) % per_filling == 0, print_lost);
        if (lost != 0) return 1;
    }
    print("guest: all registers kept for ", rounds, " traps\n");
    return 0;
}

}  // namespace guest
