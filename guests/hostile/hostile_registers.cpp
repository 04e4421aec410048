// SPDX-License-Identifier: Apache-2.0
// MRS, MSR and the system instructions of every encoding (Arm ARM C5.1).
#include "guests/lib/gic.hpp"
#include "hostile_operations.hpp"

namespace guest {

namespace {

struct Encoding {
    u32 op0, op1, crn, crm, op2;
    bool is(u32 o0, u32 o1, u32 n, u32 m, u32 o2) const {
        return op0 == o0 && op1 == o1 && crn == n && crm == m && op2 == o2;
    }
};

constexpr u32 kMsr = 0xd510'0000;
constexpr u32 kMrs = 0xd530'0000;

u32 encode(u32 base, Encoding e, u32 rt) {
    return base | (e.op0 & 1) << 19 | e.op1 << 16 | e.crn << 12 | e.crm << 8 | e.op2 << 5 | rt;
}
/// SYS and SYSL: the same with op0 of 1.
constexpr u32 kSys = 0xd508'0000;
constexpr u32 kSysl = 0xd528'0000;

u32 bits(Random& random, u32 count) { return static_cast<u32>(random.next()) & ((1U << count) - 1); }

/// Half of the time one that this project knows, which is where something happens.
Encoding some_register(Random& random) {
    if (random.one_in(2)) {
        const auto row = ws::kSysregs[random.below(ws::kSysregCount)].encoding;
        return {row.op0, row.op1, row.crn, row.crm, row.op2};
    }
    Encoding e{2 + bits(random, 1), bits(random, 3), bits(random, 4), bits(random, 4), bits(random, 3)};
    // What exists is mostly at EL1 and EL0.
    if (random.one_in(2)) e.op1 = random.one_in(2) ? 0 : 3;
    return e;
}

void fill(Patch& patch, Random& random) {
    for (u64& x : patch.x) x = some_value(random);
}

}  // namespace

void read_register(Attacker& a) {
    Patch patch;
    fill(patch, a.random);
    patch.instruction = encode(kMrs, some_register(a.random), bits(a.random, 3));
    run_patched(a.cpu, patch);
    restore_cpu();
}

void write_register(Attacker& a) {
    Patch patch;
    fill(patch, a.random);
    const Encoding e = some_register(a.random);
    const u32 rt = bits(a.random, 3);
    // ICC_BPR1_EL1: without its RES0 bits. QEMU keeps the low three of a value that it found to be large enough, and
    // ends with a failed assertion when an interrupt comes while they are 0 (7.2: icv_gprio_mask).
    if (e.is(3, 0, 12, 12, 3)) patch.x[rt] &= ws::reg::ICC_BPR1_EL1::BinaryPoint.mask();
    // SCTLR_EL1: anything but the MMU, without which the other registers are harmless until they are put back.
    if (e.is(3, 0, 1, 0, 0)) patch.x[rt] &= ~u64{1};
    // RMR_EL1 resets the board's CPU. In a VM it must not be there.
    if (!machine().hypervisor && e.is(3, 0, 12, 0, 2)) return;
    patch.instruction = encode(kMsr, e, rt);
    run_patched(a.cpu, patch);
    restore_cpu();
}

void system_instruction(Attacker& a) {
    Patch patch;
    fill(patch, a.random);
    const u32 crn = a.random.one_in(8) ? bits(a.random, 4) : 7 + bits(a.random, 1);
    const Encoding e{1, bits(a.random, 3), crn, bits(a.random, 4), bits(a.random, 3)};
    const u32 rt = bits(a.random, 3);
    // Maintenance by address: never this guest's own image, which DC ZVA would clear.
    patch.x[rt] = any_address(a.random);
    patch.instruction = encode(a.random.one_in(8) ? kSysl : kSys, e, rt);
    run_patched(a.cpu, patch);
    restore_cpu();
}

}  // namespace guest
