// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest_machine.hpp"
#include "guests/lib/mmu.hpp"
#include "stage2_checks.hpp"

namespace guest {

u64 main() {
    const u64 seed = seed_argument();
    const u64 rounds = number_argument("rounds", 20'000);
    if (number_argument("fresh", 0) != 0) {
        check_fresh();
        return 0;
    }
    for (const bool mmu : {false, true}) {
        if (mmu) turn_on_mmu();
        check_nothing_there(mmu);
        check_blocks(seed);
        check_pages(seed + 1);
        check_at_random(seed + 2, rounds);
        if (machine().hypervisor) {
            check_release(seed + 3);
            check_protect();
        }
        print("guest: memory is as it should be, MMU ", mmu ? "on" : "off", "\n");
    }
    return 0;
}

}  // namespace guest
