// SPDX-License-Identifier: Apache-2.0
// Loads and stores of every kind where they do not belong, and jumps.
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/mmu.hpp"
#include "hostile_operations.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"

namespace guest {

namespace {

/// Instructions whose base is X0; other registers are X1 to X5 and V0 to V3.
constexpr u32 kAccesses[] = {
    0x3940'0001,  // LDRB W1, [X0]
    0x7940'0001,  // LDRH W1, [X0]
    0xb940'0001,  // LDR W1, [X0]
    0xf940'0001,  // LDR X1, [X0]
    0x3980'0001,  // LDRSB X1, [X0]
    0xb980'0001,  // LDRSW X1, [X0]
    0x3900'0001,  // STRB W1, [X0]
    0x7900'0001,  // STRH W1, [X0]
    0xb900'0001,  // STR W1, [X0]
    0xf900'0001,  // STR X1, [X0]
    0xf900'001f,  // STR XZR, [X0]
    0xb840'4401,  // LDR W1, [X0], #4
    0xf81f'8c01,  // STR X1, [X0, #-8]!
    0xf840'0c00,  // LDR X0, [X0, #0]!: unpredictable
    0x2940'0801,  // LDP W1, W2, [X0]
    0xa940'0801,  // LDP X1, X2, [X0]
    0xa9bf'0801,  // STP X1, X2, [X0, #-16]!
    0x6940'0801,  // LDPSW X1, X2, [X0]
    0x3dc0'0001,  // LDR Q1, [X0]
    0x3d80'0001,  // STR Q1, [X0]
    0xad40'0801,  // LDP Q1, Q2, [X0]
    0xad00'0801,  // STP Q1, Q2, [X0]
    0x4cdf'2000,  // LD1 {V0-V3}, post-index
    0x4c00'2000,  // ST1 {V0-V3}
    0x885f'7c01,  // LDXR W1, [X0]
    0x8802'7c01,  // STXR W2, W1, [X0]
    0xc87f'0801,  // LDXP X1, X2, [X0]
    0xc89f'fc01,  // STLR X1, [X0]
    0xc8df'fc01,  // LDAR X1, [X0]
    0xf821'0002,  // LDADD X1, X2, [X0]
    0xc8a1'7c02,  // CAS X1, X2, [X0]
    0x4822'7c04,  // CASP X2, X3, X4, X5, [X0]
    0x38bf'c001,  // LDAPRB W1, [X0]
    0xf880'0000,  // PRFUM
    0xd50b'7420,  // DC ZVA, X0
    0xd50b'7e20,  // DC CIVAC, X0
    0xd508'7620,  // DC IVAC, X0
    0xd508'7800,  // AT S1E1R, X0
};
constexpr u64 kAccessCount = sizeof(kAccesses) / sizeof(kAccesses[0]);

void access(Attacker& a, u64 address) {
    Patch patch;
    for (u64& x : patch.x) x = some_value(a.random);
    patch.x[0] = address;
    patch.instruction = kAccesses[a.random.below(kAccessCount)];
    run_patched(a.cpu, patch);
    restore_cpu();
}

void set_sctlr(u64 value) {
    ws::hw::write<ws::reg::SCTLR_EL1>(value);
    ws::hw::isb();
}

/// The MMU is on as long as it lives, with tables that can be trusted.
class WithMmu {
  public:
    explicit WithMmu(bool on) : off_(ws::hw::read<ws::reg::SCTLR_EL1>()), on_(on) {
        if (!on_) return;
        asm volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
        set_sctlr(mmu_state().sctlr);
    }
    ~WithMmu() {
        if (on_) set_sctlr(off_);
    }
    WithMmu(const WithMmu&) = delete;
    WithMmu& operator=(const WithMmu&) = delete;

  private:
    u64 off_;
    bool on_;
};

}  // namespace

u64 memory_address(Random& random) {
    const u64 start = free_start() + 0x10'0000;
    return start + random.below(ram_end() - start);
}

u64 device_address(Random& random) {
    const Machine& m = machine();
    switch (random.below(4)) {
        case 0: return m.distributor + random.below(0x1'0000);
        case 1: return m.redistributors + random.below(m.cpus * 2 * gic::kFrameBytes);
        case 2: return m.distributor + (random.below(0x1000) & ~u64{3});
        default: return m.uart + 4 + random.below(0x0ffc);  // not the data register, which would be seen
    }
}

u64 nothing_address(Random& random) {
    switch (random.below(4)) {
        // In a VM anything below memory, devices included. The board has too much there that would do something.
        case 0: return machine().hypervisor ? random.below(machine().ram) : 0x0980'0000 + random.below(0x10'0000);
        case 1: return ram_end() + random.below(0x1000'0000);
        case 2: return random.next() >> 16 | 1ULL << 44;
        default: return random.next() | 1ULL << 60;
    }
}

u64 edge_address(Random& random) {
    constexpr u64 kBlock = 2 * 1024 * 1024;
    const u64 behind = random.below(16);
    switch (random.below(4)) {
        case 0: return ram_end() - behind;
        case 1: return (memory_address(random) & ~(kBlock - 1)) + kBlock - behind;
        case 2: return (memory_address(random) & ~u64{4095}) + 4096 - behind;
        default: return machine().distributor + 0x1'0000 - behind;
    }
}

u64 any_address(Random& random) {
    switch (random.below(4)) {
        case 0: return memory_address(random);
        case 1: return device_address(random);
        case 2: return edge_address(random);
        default: return nothing_address(random);
    }
}

u64 some_value(Random& random) {
    switch (random.below(6)) {
        case 0: return random.below(16);
        case 1: return ~u64{0};
        case 2: return 1ULL << random.below(64);
        case 3: return any_address(random);
        case 4: return random.next() & 0xffff'ffff;
        default: return random.next();
    }
}

void access_device(Attacker& a) {
    controller_lock.acquire();
    access(a, device_address(a.random));
    controller_lock.release();
}

void access_nothing(Attacker& a) {
    const u64 address = nothing_address(a.random);
    controller_lock.acquire();  // below memory there is the interrupt controller, too
    {
        const WithMmu mmu(a.random.one_in(2));
        access(a, address);
    }
    controller_lock.release();
}

void access_edge(Attacker& a) {
    controller_lock.acquire();
    {
        const WithMmu mmu(a.random.one_in(2));
        access(a, edge_address(a.random));
    }
    controller_lock.release();
}

void jump_away(Attacker& a) {
    u64 target = 0;
    switch (a.random.below(4)) {
        // The board would execute what it reads there, and QEMU with -icount cannot.
        case 0: target = machine().hypervisor ? device_address(a.random) : ram_end() + 4; break;
        case 1: target = nothing_address(a.random); break;
        case 2: target = ram_end(); break;
        default: target = nothing_address(a.random) & ~u64{3}; break;
    }
    const WithMmu mmu(a.random.one_in(2));
    jump(a.cpu, target);
}

/// Tables of the upper address range in a device, in nothing or in memory that is full of anything, and a load through
/// them.
void walk_tables(Attacker& a) {
    using ws::reg::TCR_EL1;
    const u64 tcr =
        (mmu_state().tcr & ~TCR_EL1::EPD1.mask()) | TCR_EL1::T1SZ.of(16 + a.random.below(24)) | TCR_EL1::TG1.of(2);
    {
        const WithMmu mmu(true);
        ws::hw::write<ws::reg::TTBR1_EL1>(any_address(a.random) & 0xffff'ffff'f000);
        ws::hw::write<ws::reg::TCR_EL1>(tcr);
        ws::hw::isb();
        Patch patch;
        for (u64& x : patch.x) x = some_value(a.random);
        patch.x[0] = ~u64{0} << a.random.below(40) | (a.random.next() & 0xffff'ffff);
        constexpr u32 kWalks[] = {0xf940'0001, 0xf900'0001, 0xd508'7800, 0xd508'7820, 0xd50b'7e20};
        patch.instruction = kWalks[a.random.below(5)];
        // A walk that ends at a device would store there.
        controller_lock.acquire();
        run_patched(a.cpu, patch);
        controller_lock.release();
        ws::hw::write<ws::reg::TCR_EL1>(mmu_state().tcr);
        asm volatile("isb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
    }
    restore_cpu();
}

}  // namespace guest
