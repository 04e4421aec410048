// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/mmu.hpp"
#include "scenario.hpp"

namespace guest {

u64 main() {
    const u64 rounds = number_argument("rounds", 5);
    Random random(seed_argument());
    turn_on_mmu();
    set_irq_handler(on_irq);
    for (u64 round = 0; round < rounds; ++round) {
        gic::init_distributor();
        gic::init_cpu();
        for (u32 i = 0; i < kSgis; ++i) gic::enable(i);
        check_order(random);
        check_preemption();
        check_binary_point();
        check_priority_mask();
        check_end_modes();
        check_many_pending(random);
        check_pending_again();
        check_active_bit();
        check_group_enables();
        check_bits();
        check_uart_line();
    }
    print("guest: interrupts come in the right order, ", rounds, " rounds\n");
    return 0;
}

}  // namespace guest
