// SPDX-License-Identifier: Apache-2.0
#include "fine_print_checks.hpp"
#include "guests/lib/mmu.hpp"

namespace guest {

namespace {

struct Part {
    const char* name;
    void (*check)();
};
constexpr Part kParts[] = {
    {"uart", check_uart},
    {"interrupt-controller", check_interrupt_controller},
    {"debug", check_debug_registers},
    {"firmware", check_firmware},
    {"mmu", turn_on_mmu},  // which those below need
    {"walks", check_walks_of_nothing},
    {"updates", check_updates_by_walks},
    {"aarch32", check_aarch32},
};

}  // namespace

u64 main() {
    char only[32] = "";
    const bool all = !argument("part", only, sizeof(only));
    for (const Part& part : kParts) {
        if (all || same(part.name, only) || same(part.name, "mmu")) part.check();
    }
    return 0;
}

}  // namespace guest
