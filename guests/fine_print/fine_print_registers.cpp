// SPDX-License-Identifier: Apache-2.0
// Debug registers that every system has whether it is debugged or not, and what the firmware knows of itself.
#include "fine_print_checks.hpp"
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest_psci.hpp"
#include "hyp/arch/os_lock.hpp"

namespace guest {

namespace {

u64 read_oslsr() {
    u64 value;
    asm volatile("isb\n\tmrs %0, OSLSR_EL1" : "=r"(value)::"memory");
    return value;
}

void write_oslar(u64 value) { asm volatile("msr OSLAR_EL1, %0\n\tisb" ::"r"(value) : "memory"); }

void expect_lock(bool locked, const char* when) {
    const u64 is = read_oslsr();
    const u64 wanted = ws::oslsr_el1::OSLM.mask() | (locked ? ws::oslsr_el1::OSLK.mask() : 0);
    expect(is == wanted, "OSLSR_EL1", when, "is", hex(is), "instead of", hex(wanted));
}

void expect_affinity(u64 target, u64 level, i64 wanted) {
    const i64 is = psci::call(psci::Function::affinity_info, target, level);
    expect(is == wanted, "AFFINITY_INFO of", hex(target), "at level", level, "returned", hex(static_cast<u64>(is)),
           "instead of", hex(static_cast<u64>(wanted)));
}

void check_affinity() {
    const u64 me = machine().mpidr[0];
    // The fields below the level do not count (DEN 0022F, 5.7).
    const u64 below[] = {0, 0xff, 0xffff, 0xff'ffff};
    for (u64 level = 1; level <= 3; ++level) {
        expect_affinity(me, level, psci::kOn);
        expect_affinity(me | below[level], level, psci::kOn);
        expect_affinity(me | (below[level] & 0x0e0c'0b), level, psci::kOn);
    }
    if (!machine().hypervisor) return;  // QEMU's own answers ON at every level above 0
    expect_affinity(me | 0xff, 0, psci::kInvalidParameters);
    const u64 elsewhere[] = {0x1'00, 0x1'0000, 0x1'0000'0000, 0x1'0000'0000};
    for (u64 level = 0; level <= 3; ++level) {
        expect_affinity(me | elsewhere[level], level, psci::kInvalidParameters);
        expect_affinity(me | 0x8000'0000, level, psci::kInvalidParameters);  // no affinity field
        expect_affinity(me | 1ULL << 40, level, psci::kInvalidParameters);
    }
    for (const u64 level : {u64{4}, u64{1} << 32, ~u64{0}}) expect_affinity(me, level, psci::kInvalidParameters);
}

void check_architecture_calls() {
    constexpr u64 kVersion = 0x8000'0000, kFeatures = 0x8000'0001, kWorkaround = 0x8000'8000;
    expect(hvc(kVersion) == 0x1'0001, "SMCCC_VERSION is", hex(hvc(kVersion)));
    for (const u64 function : {kVersion, kFeatures}) {
        for (const u64 is :
             {hvc(kFeatures, function), smc(kFeatures, function), hvc(kFeatures, function | 0xabcULL << 32)}) {
            expect(is == 0, "SMCCC_ARCH_FEATURES of", hex(function), "is", hex(is));
        }
    }
    for (const u64 function : {kWorkaround, u64{0x8400'0000}, u64{0xc000'0001}, u64{0}}) {
        const u64 is = hvc(kFeatures, function);
        expect(is == kNotSupported, "SMCCC_ARCH_FEATURES of", hex(function), "is", hex(is));
    }
}

}  // namespace

void check_debug_registers() {
    u64 value = ~u64{0};
    const Fault& read = attempt([&] { asm volatile("mrs %0, MDRAR_EL1" : "=r"(value)); });
    expect(!read.taken && value == 0, "MDRAR_EL1 is", hex(value), read.taken ? "and undefined" : "");
    const Fault& written = attempt([] { asm volatile("msr S2_0_C1_C0_0, xzr"); });
    expect(written.taken && written.frame.exception_class() == kUndefined, "MDRAR_EL1 can be written");
    expect_lock(true, "after a reset");  // Arm ARM D17.3, OSLSR_EL1
    for (const u64 lock : {u64{0}, u64{1}, u64{1}, ~u64{1}, ~u64{0}, u64{0}}) {
        write_oslar(lock);
        expect_lock((lock & 1) != 0, "after a write to OSLAR_EL1");
    }
    print("guest: the OS lock opens and closes\n");
}

void check_firmware() {
    check_affinity();
    if (machine().hypervisor) check_architecture_calls();
}

}  // namespace guest
