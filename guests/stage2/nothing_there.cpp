// SPDX-License-Identifier: Apache-2.0
// Synchronous external aborts (Arm ARM D17.2.37, "DFSC" and "IFSC" 0b010000).
#include "guests/lib/attempt.hpp"
#include "guests/lib/guest_machine.hpp"
#include "stage2_checks.hpp"

namespace guest {

namespace {

void expect_data_abort(const Fault& fault, u64 address, bool write, u64 bytes) {
    expect(fault.taken, "no abort at", hex(address), "bytes", bytes, write ? "written" : "read");
    const Frame& frame = fault.frame;
    expect(frame.exception_class() == kDataAbort, "not a data abort: ESR_EL1", hex(frame.esr), "at", hex(address));
    expect(frame.fault_status() == kExternalAbort, "not an external abort: ESR_EL1", hex(frame.esr), "at",
           hex(address));
    expect(frame.far == address, "FAR_EL1", hex(frame.far), "instead of", hex(address));
    expect(((frame.esr & kAbortWrite) != 0) == write, "WnR is wrong: ESR_EL1", hex(frame.esr));
}

template <class T>
void check_size(u64 address) {
    auto* const at = reinterpret_cast<volatile T*>(address);
    expect_data_abort(attempt([&] { [[maybe_unused]] const T is = *at; }), address, false, sizeof(T));
    expect_data_abort(attempt([&] { *at = 1; }), address, true, sizeof(T));
}

void check_fetch(u64 address) {
    const Fault& fault = attempt([&] { jump_to(address); });
    expect(fault.taken, "nothing happened at", hex(address));
    const Frame& frame = fault.frame;
    expect(frame.exception_class() == kInstructionAbort, "not an instruction abort: ESR_EL1", hex(frame.esr), "at",
           hex(address));
    expect(frame.fault_status() == kExternalAbort, "not an external abort: ESR_EL1", hex(frame.esr), "at",
           hex(address));
    expect(frame.far == address && frame.pc == address, "FAR_EL1", hex(frame.far), "ELR_EL1", hex(frame.pc),
           "instead of", hex(address));
}

}  // namespace

void check_nothing_there(bool mmu_on) {
    constexpr u64 kBetweenDevices = 0x0980'0000;
    const u64 places[] = {kBetweenDevices, ram_end(), ram_end() + 0x7ff8, ram_end() + 0x1000'0000, 0x4f'0000'0000};
    for (const u64 place : places) {
        check_size<u8>(place + 1);
        check_size<u16>(place + 2);
        check_size<u32>(place + 4);
        check_size<u64>(place);
        if (!mmu_on) check_fetch(place);
    }
    if (mmu_on || !machine().hypervisor) return;
    // Nothing can be executed in a device of the hypervisor's. On the board the CPU would execute what it reads there.
    check_fetch(machine().uart);
    check_fetch(machine().distributor);
}

}  // namespace guest
