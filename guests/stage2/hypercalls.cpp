// SPDX-License-Identifier: Apache-2.0
// memory_release and memory_protect.
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest_machine.hpp"
#include "stage2_checks.hpp"

namespace guest {

namespace {

constexpr u64 kPage = 4096;
constexpr u64 kBlock = 2 * 1024 * 1024;
constexpr u64 kRead = 1, kWrite = 2, kExecute = 4;
constexpr u32 kReturnInstruction = 0xd65f'03c0;

volatile u64& word(u64 address) { return *reinterpret_cast<volatile u64*>(address); }

void read_word(u64 address) { [[maybe_unused]] const u64 is = word(address); }

void release(u64 address, u64 bytes) {
    const u64 result = hypercall(Hypercall::memory_release, address, bytes);
    expect(result == 0, "memory_release of", hex(address), "returned", hex(result));
}

void protect(u64 address, u64 bytes, u64 rights) {
    const u64 result = hypercall(Hypercall::memory_protect, address, bytes, rights);
    expect(result == 0, "memory_protect of", hex(address), "returned", hex(result));
}

void release_and_verify(u64 start, u64 bytes, u64 seed) {
    for (u64 page = start - kPage; page < start + bytes + kPage; page += kPage) {
        for (u64 at = page; at < page + kPage; at += 504) word(at) = mix(at + seed);
    }
    release(start, bytes);
    for (u64 page = start - kPage; page < start + bytes + kPage; page += kPage) {
        const bool released = page >= start && page < start + bytes;
        for (u64 at = page; at < page + kPage; at += 504) {
            const u64 is = word(at);
            expect(is == (released ? 0 : mix(at + seed)), "after memory_release of", hex(start), "there is", hex(is),
                   "at", hex(at));
        }
    }
}

void expect_permission_fault(const Fault& fault, u64 exception_class, u64 address, const char* what) {
    expect(fault.taken, "memory_protect did not stop", what, "at", hex(address));
    expect(
        fault.frame.exception_class() == exception_class && (fault.frame.fault_status() & ~u64{3}) == kPermissionFault,
        "not a permission fault: ESR_EL1", hex(fault.frame.esr), "for", what);
    expect(fault.frame.far == address, "FAR_EL1", hex(fault.frame.far), "instead of", hex(address), "for", what);
}

/// Each kind of access to the word at `address` is allowed or not as `rights` says.
void check_rights(u64 address, u64 rights) {
    const Fault& read = attempt([&] { read_word(address); });
    if ((rights & kRead) != 0) {
        expect(!read.taken, "a read that is allowed failed: ESR_EL1", hex(read.frame.esr), "rights", rights);
    } else {
        expect_permission_fault(read, kDataAbort, address, "a read");
        expect((read.frame.esr & kAbortWrite) == 0, "WnR is set for a read");
    }
    const Fault& written = attempt([&] { word(address + 8) = rights; });
    if ((rights & kWrite) != 0) {
        expect(!written.taken, "a write that is allowed failed: ESR_EL1", hex(written.frame.esr), "rights", rights);
    } else {
        expect_permission_fault(written, kDataAbort, address + 8, "a write");
        expect((written.frame.esr & kAbortWrite) != 0, "WnR is clear for a write");
    }
    const Fault& executed = attempt([&] { jump_to(address); });
    if ((rights & kExecute) != 0) {
        expect(!executed.taken, "an execution that is allowed failed: ESR_EL1", hex(executed.frame.esr), "rights",
               rights);
    } else {
        expect_permission_fault(executed, kInstructionAbort, address, "an execution");
    }
}

void put_return_instruction(u64 address) {
    *reinterpret_cast<volatile u32*>(address) = kReturnInstruction;
    asm volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(address) : "memory");
}

}  // namespace

void check_release(u64 seed) {
    const u64 block = ((free_start() + kBlock - 1) & ~(kBlock - 1)) + 2 * kBlock;
    release_and_verify(block + 8 * kPage, kPage, seed);
    release_and_verify(block + 16 * kPage, 7 * kPage, seed + 1);
    release_and_verify(block, kBlock, seed + 2);
    release_and_verify(block + kBlock - 3 * kPage, 6 * kPage, seed + 3);  // across two blocks
    // Given back and used again, many times over.
    for (u64 i = 0; i < 64; ++i) release_and_verify(block + i % 5 * kPage, (1 + i % 3) * kPage, seed + 4 + i);
}

void check_protect() {
    const u64 block = ((free_start() + kBlock - 1) & ~(kBlock - 1)) + 2 * kBlock;
    const u64 page = block + 32 * kPage;
    put_return_instruction(page);
    put_return_instruction(page + kPage);
    constexpr u64 kAll = kRead | kWrite | kExecute;
    for (const u64 rights : {kRead, kRead | kWrite, kRead | kExecute, u64{0}, kAll}) {
        protect(page, kPage, rights);
        check_rights(page, rights);
        check_rights(page + kPage, kAll);  // the neighbour is not touched
    }
    // Contents outlast it.
    expect(*reinterpret_cast<volatile u32*>(page) == kReturnInstruction, "memory_protect changed memory at", hex(page));
    protect(block, kBlock, kRead | kExecute);
    for (const u64 at : {u64{0}, 5 * kPage, kBlock - kPage}) {
        const Fault& written = attempt([&] { word(block + at) = 1; });
        expect_permission_fault(written, kDataAbort, block + at, "a write in a block");
    }
    protect(block, kBlock, kAll);
    word(block) = 1;
}

}  // namespace guest
