// SPDX-License-Identifier: Apache-2.0
// HVC and SMC.
#include "guests/lib/guest_psci.hpp"
#include "hostile_operations.hpp"

namespace guest {

namespace {

constexpr u32 kHvc = 0xd400'0002;
constexpr u32 kSmc = 0xd400'0003;
constexpr u64 kPage = 4096;
constexpr u64 kAffinityOfNobody = 0x00ff'ff0f;

/// Functions that would end this CPU or the run, or say something: PSCI (service 4) and the hypervisor's own (6).
bool is_forbidden(u64 function) {
    const u32 service = static_cast<u32>(function) >> 24 & 0x3f;
    const bool fast = (function >> 31 & 1) != 0;
    return fast && (service == 4 || (service == 6 && (function & 0xffff) <= 0x20));
}

void random_call(Patch& patch, Random& random) {
    for (u64& x : patch.x) x = some_value(random);
    if (random.one_in(2)) patch.x[0] = 0x8000'0000 | random.below(64) << 24 | random.below(0x40);
    while (is_forbidden(patch.x[0])) patch.x[0] = random.next();
}

/// Calls that exist, with arguments that they should refuse, or that do no harm.
void known_call(Patch& patch, Random& random) {
    using psci::Function;
    u64* const x = patch.x;
    for (u64 i = 0; i < 8; ++i) x[i] = some_value(random);
    const u64 page = memory_address(random) & ~(kPage - 1);
    switch (random.below(9)) {
        case 0: x[0] = static_cast<u64>(Function::features); break;
        case 1: x[0] = static_cast<u64>(Function::affinity_info); break;
        case 2: x[0] = static_cast<u64>(Function::version); break;
        case 3:  // nobody, or one that is on
            x[0] = static_cast<u64>(Function::cpu_on);
            x[1] = random.one_in(2) ? kAffinityOfNobody : machine().mpidr[0];
            break;
        case 4:  // text that is not there
            x[0] = static_cast<u64>(Hypercall::console_write);
            x[1] = random.one_in(2) ? nothing_address(random) : ram_end() - random.below(64);
            x[2] = 64 + random.below(1ULL << random.below(63));
            break;
        case 5:
            x[0] = static_cast<u64>(Hypercall::memory_release);
            x[1] = page;
            x[2] = kPage * random.below(8);
            break;
        case 6:  // nonsense, which never names this guest's image
            x[0] = static_cast<u64>(random.one_in(2) ? Hypercall::memory_release : Hypercall::memory_protect);
            x[1] = random.one_in(2) ? nothing_address(random) : page + random.below(kPage);
            x[2] = random.one_in(2) ? ~u64{0} - random.below(kPage) : random.next() | 1ULL << 60;
            break;
        case 7:
            x[0] = static_cast<u64>(Hypercall::memory_protect);
            x[1] = page;
            x[2] = kPage;
            x[3] = random.below(16);
            break;
        default: x[0] = 0xC600'FFFF; break;
    }
}

void call(Attacker& a, u32 instruction) {
    Patch patch;
    const bool known = a.random.one_in(2);
    if (known) {
        known_call(patch, a.random);
    } else {
        random_call(patch, a.random);
    }
    const u32 immediate = a.random.one_in(2) ? 0 : static_cast<u32>(a.random.below(0x1'0000));
    patch.instruction = instruction | immediate << 5;
    run_patched(a.cpu, patch);
    restore_cpu();
}

}  // namespace

void call_hypervisor(Attacker& a) { call(a, kHvc); }
void call_firmware(Attacker& a) { call(a, kSmc); }

}  // namespace guest
