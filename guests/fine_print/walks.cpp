// SPDX-License-Identifier: Apache-2.0
// Stage 1 walks that end in an abort (Arm ARM D17.2.37: "DFSC" and "IFSC" 0b0101LL, synchronous external abort on a
// translation table walk at level LL, and 0b0011LL, permission fault).
#include "fine_print_checks.hpp"
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest_machine.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/arch/registers.hpp"
#include "upper_range.hpp"

namespace guest {

namespace {

using TCR = ws::reg::TCR_EL1;

constexpr u64 kExternalAbortOnWalk = 0x14;
constexpr u64 kPage = 4096;
constexpr u64 kRead = 1, kAll = 7;
constexpr u32 kReturnInstruction = 0xd65f'03c0;

enum class Access : u8 { read, write, fetch, translate };
const char* name_of(Access access) {
    switch (access) {
        case Access::read: return "a read";
        case Access::write: return "a write";
        case Access::fetch: return "a fetch";
        case Access::translate: return "AT S1E1R";
    }
    return "";
}

const Fault& try_access(Access access, u64 address) {
    auto* const word = reinterpret_cast<volatile u32*>(address);
    return attempt([&] {
        switch (access) {
            case Access::read: static_cast<void>(*word); break;
            case Access::write: *word = kReturnInstruction; break;
            case Access::fetch: jump_to(address); break;
            case Access::translate: asm volatile("at s1e1r, %0\n\tisb" ::"r"(address) : "memory"); break;
        }
    });
}

void expect_status(const Fault& fault, Access access, u64 address, u64 status, const char* granule) {
    expect(fault.taken, name_of(access), "is not stopped;", granule, "granule, status wanted", hex(status));
    const Frame& frame = fault.frame;
    const u64 wanted_class = access == Access::fetch ? kInstructionAbort : kDataAbort;
    expect(frame.exception_class() == wanted_class && frame.fault_status() == status, name_of(access),
           "ends in ESR_EL1", hex(frame.esr), "instead of status", hex(status), ";", granule, "granule");
    expect(frame.far == address, "FAR_EL1 is", hex(frame.far), "instead of", hex(address), "for", name_of(access));
    const bool write = access == Access::write;
    if (access != Access::translate) {  // which is told as a write
        expect(((frame.esr & kAbortWrite) != 0) == write, "WnR is wrong for", name_of(access), ": ESR_EL1",
               hex(frame.esr));
    }
}

/// The table of `level` is at `place`, where there is no memory.
void check_missing_table(const Granule& granule, unsigned address_bits, u64 place, int level) {
    const UpperRange range(granule, address_bits);
    range.chain_down_to(level);
    const bool first = level == range.first_level();
    if (!first) range.descriptor(level - 1) = place | UpperRange::kTable;
    range.use(first ? place : range.table(range.first_level()));
    for (const Access access : {Access::read, Access::write, Access::fetch, Access::translate}) {
        expect_status(try_access(access, range.address()), access, range.address(),
                      kExternalAbortOnWalk + static_cast<u64>(level), granule.name);
    }
}

void protect(u64 table, u64 rights) {
    const u64 result = hypercall(Hypercall::memory_protect, table, kPage, rights);
    expect(result == 0, "memory_protect of a table returned", hex(result));
}

/// A word of RAM that may be executed and written, and its mapping by a descriptor at `level`.
struct Leaf {
    u64 word;
    u64 descriptor;
};
Leaf leaf_at(const UpperRange& range, int level) {
    const u64 word = range.table(UpperRange::kLastLevel + 1) + (range.address() & (kPage - 1));
    const u64 kind = level == UpperRange::kLastLevel ? UpperRange::kPage : UpperRange::kBlock;
    return {word, (word & ~(range.bytes_at(level) - 1)) | UpperRange::kNormalMemory | kind};
}

/// The address within the upper range that the leaf of `level` maps to `word`.
u64 mapped_address(const UpperRange& range, int level, u64 word) {
    const u64 within = range.bytes_at(level) - 1;
    return (range.address() & ~within) | (word & within);
}

/// With the table at `level` read-only: the access whose walk has to write `before`, which is `after` when it could.
void check_update(int level, Access access, u64 flags, u64 before, u64 after) {
    const UpperRange range(kGranule4, 39);
    range.chain_down_to(level);
    const Leaf leaf = leaf_at(range, level);
    *reinterpret_cast<volatile u32*>(leaf.word) = kReturnInstruction;
    asm volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(leaf.word) : "memory");
    range.descriptor(level) = leaf.descriptor | before;
    range.use(range.table(range.first_level()), flags);
    const u64 address = mapped_address(range, level, leaf.word);
    const u64 denied = kPermissionFault | static_cast<u64>(level);

    protect(range.table(level), kRead);
    expect_status(try_access(access, address), access, address, denied, "4 KiB");
    const u64 kept = range.descriptor(level);
    expect(kept == (leaf.descriptor | before), "a descriptor in protected memory became", hex(kept));
    protect(range.table(level), 0);
    expect_status(try_access(access, address), access, address, denied, "4 KiB");
    protect(range.table(level), kAll);
    const Fault& allowed = try_access(access, address);
    expect(!allowed.taken, name_of(access), "fails with its tables writable: ESR_EL1", hex(allowed.frame.esr));
    const u64 is = range.descriptor(level);
    expect(is == (leaf.descriptor | after), "a descriptor is", hex(is), "instead of", hex(leaf.descriptor | after));
    // Nothing is left to be written: tables that are only read may be read-only.
    protect(range.table(level), kRead);
    range.use(range.table(range.first_level()), flags);
    const Fault& again = try_access(access, address);
    expect(!again.taken, name_of(access), "fails with read-only tables: ESR_EL1", hex(again.frame.esr));
    protect(range.table(level), kAll);
}

}  // namespace

void check_walks_of_nothing() {
    constexpr u64 kBetweenDevices = 0x0980'0000;
    u64 walks = 0;
    for (const Granule& granule : {kGranule4, kGranule16, kGranule64}) {
        if (!is_there(granule)) continue;
        for (const unsigned bits : {48U, 42U, 39U, 36U, 31U}) {
            for (int level = UpperRange(granule, bits).first_level(); level <= UpperRange::kLastLevel; ++level) {
                for (const u64 place : {kBetweenDevices, ram_end() + 0x1000'0000}) {
                    check_missing_table(granule, bits, place, level);
                    ++walks;
                }
            }
        }
    }
    UpperRange::leave();
    print("guest: ", walks, " tables that are not there, each with its level\n");
}

void check_updates_by_walks() {
    const u64 hardware_updates = ws::hw::read<ws::reg::ID_AA64MMFR1_EL1>() & 0xf;
    if (!machine().hypervisor || hardware_updates == 0) return;
    constexpr u64 kHa = TCR::HA.mask(), kHd = TCR::HD.mask();
    for (int level = 1; level <= UpperRange::kLastLevel; ++level) {
        for (const Access access : {Access::read, Access::write, Access::fetch}) {
            check_update(level, access, kHa, 0, UpperRange::kAccessFlag);
        }
        if (hardware_updates < 2) continue;
        constexpr u64 kClean = UpperRange::kAccessFlag | UpperRange::kReadOnly | UpperRange::kDirtyModifier;
        check_update(level, Access::write, kHa | kHd, kClean, kClean & ~UpperRange::kReadOnly);
    }
    UpperRange::leave();
    print("guest: walks that update protected tables end\n");
}

}  // namespace guest
