// SPDX-License-Identifier: Apache-2.0
// Labs 1, 2 and 8: does a guest find its registers as it left them? In each round every register gets a pattern, the
// guest traps, by turns to the kernel alone, to its VMM and to wait, and what it finds is sealed for the grader, a
// check for each kind of register. Lab 8 counts what the traps of one kind take.
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

/// Which traps the rounds take (LabSeed::mix; MIXES in scripts/wslib/labs/guest_seed.py).
enum class Mix : u64 { all, hypercall, io_kernel, io_user, self_ipi, vm_switch };

constexpr u64 kDistributor = 0x0800'0000;  // the kernel sees to it
constexpr u64 kVirtio = 0x0A00'0000;       // the board's first virtio device is the VMM's, which runs at EL0
constexpr u32 kSgi = 3;

u64 call() {
    silent_round(&before, &after);
    return kNotSupported;
}

u64 read_device(u64 address) {
    before.x[28] = address;
    device_round(&before, &after);
    return before.x[0];
}

/// Another VM has its turn.
u64 wait() {
    constexpr u64 kTurn = 500'000;  // ticks: as long as another VM takes to boot and to come here itself
    arm_wake_up(true, kTurn);
    wait_round(&before, &after);
    arm_wake_up(false);
    return before.x[0];
}

u64 interrupt_itself() {
    before.x[28] = u64{kSgi} << 24 | 1;  // INTID, TargetList: CPU 0
    sgi_round(&before, &after);
    return before.x[0];
}

u64 secure_call() {
    smc_round(&before, &after);
    return kNotSupported;
}

/// One trap with all registers filled; returns what X0 must be afterwards.
u64 trap(Mix mix, u64 round) {
    switch (mix) {
        case Mix::hypercall: return call();
        case Mix::io_kernel: return read_device(kDistributor);
        case Mix::io_user: return read_device(kVirtio);
        case Mix::self_ipi: return interrupt_itself();
        case Mix::vm_switch: return wait();
        default: break;
    }
    switch (round % 4) {
        case 0: return call();
        case 1: return read_device(kVirtio);
        case 2: return wait();
        default: return secure_call();
    }
}

/// The SGI that was sent has been pending since then, for interrupts are masked. None of this traps.
void take_sgi() {
    asm volatile("msr ICC_AP1R0_EL1, xzr\n\tmsr ICC_AP0R0_EL1, xzr" ::: "memory");
    ws::hw::write<ws::reg::ICC_PMR_EL1>(0xff);
    ws::hw::isb();
    gic::end(gic::acknowledge());
}

}  // namespace

u64 main() {
    const u64 seed = lab_seed.seed;
    const u64 rounds = lab_seed.rounds;
    const auto mix = static_cast<Mix>(lab_seed.mix);
    seal(kBegun, 0, kNothingWrong, Digest(lab_seed.key));
    open_wake_up();
    gic::set_priority(kSgi, 0);
    gic::enable(kSgi);
    for (u64 round = 0; round < rounds; ++round) {
        take_an_exception();
        fill_registers(seed + round);
        for (u8 kind = 0; kind < kKinds; ++kind) checks[kind] = {Digest(lab_seed.key + round * kKinds + kind)};
        look_at_registers(trap(mix, round), true, take);
        if (mix == Mix::self_ipi) take_sgi();
        for (u8 kind = 0; kind < kKinds; ++kind)
            seal(kind, static_cast<u8>(round), checks[kind].found, checks[kind].digest);
    }
    seal(kEnded, static_cast<u8>(rounds), kNothingWrong, Digest(lab_seed.key));
    return 0;
}

}  // namespace guest
