// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/gic.hpp"
#include "guests/lib/mmu.hpp"
#include "hostile_operations.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

namespace {

struct Kind {
    const char* name;
    void (*attempt)(Attacker& a);
};
constexpr Kind kKinds[] = {
    {"read a register", read_register},
    {"write a register", write_register},
    {"system instruction", system_instruction},
    {"HVC", call_hypervisor},
    {"SMC", call_firmware},
    {"access to a device", access_device},
    {"access to nothing", access_nothing},
    {"access across an edge", access_edge},
    {"jump", jump_away},
    {"table walk", walk_tables},
    {"debug registers", set_traps_for_itself},
    {"ERET", leave_el1},
    {"wait", wait},
};
constexpr u64 kKindCount = sizeof(kKinds) / sizeof(kKinds[0]);

u64 counts[kMaxCpus][kKindCount];
u64 operations, seed, only;
bool verbose;
Barrier barrier;

u64 choose(Random& random) {
    if (only < kKindCount) return only;
    // Registers and devices are where most of a hypervisor's code is.
    switch (random.below(4)) {
        case 0: return random.below(2);
        case 1: return 5;
        default: return random.below(kKindCount);
    }
}

void run(u64 cpu) {
    // The MMU off: no translation register can hurt this guest then.
    ws::hw::write<ws::reg::SCTLR_EL1>(mmu_state().sctlr &
                                      ~(ws::reg::SCTLR_EL1::M.mask() | ws::reg::SCTLR_EL1::C.mask()));
    ws::hw::isb();
    barrier.wait(machine().cpus);
    Attacker a{cpu, Random(seed * 1000 + cpu)};
    for (u64 i = 0; i < operations; ++i) {
        const u64 kind = choose(a.random);
        if (verbose) print("guest: CPU ", cpu, " operation ", i, ": ", kKinds[kind].name, "\n");
        kKinds[kind].attempt(a);
        ++counts[cpu][kind];
    }
    barrier.wait(machine().cpus);
}

}  // namespace

u64 main() {
    operations = number_argument("operations", 3000);
    seed = seed_argument();
    only = number_argument("only", kKindCount);
    verbose = number_argument("verbose", 0) != 0;
    turn_on_mmu();
    // Interrupts are masked but for a write of DAIF that succeeded: then they end the operation as any other exception.
    set_exception_handler(recover);
    gic::init_distributor();
    gic::init_cpu();
    start_other_cpus(run);
    run(0);
    for (u64 kind = 0; kind < kKindCount; ++kind) {
        u64 sum = 0;
        for (const auto& of_cpu : counts) sum += of_cpu[kind];
        print("guest: ", kind, " ", kKinds[kind].name, ": ", sum, "\n");
    }
    print("guest: still here after ", operations, " operations on each of ", machine().cpus, " CPUs\n");
    return 0;
}

}  // namespace guest
