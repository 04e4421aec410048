// SPDX-License-Identifier: Apache-2.0
#include "guest_log.hpp"

#include "console.hpp"
#include "vcpu_interrupts.hpp"

namespace ws {

namespace {

/// What the log has said of one VM.
struct GuestLog {
    static constexpr u32 kMaxRegisters = 256;
    static constexpr u32 kMaxLines = 64;

    u16 registers[kMaxRegisters];  ///< by encoding; under the VM's devices_lock
    u32 register_count;
    u32 lines;  ///< atomic: of other kinds
};
GuestLog logs[BoardInfo::kMaxModules];

GuestLog& log_of(const Vm& vm) {
    return logs[vm.number - 1];
}

}  // namespace

bool may_log(const Vm& vm) {
    const u32 before = __atomic_fetch_add(&log_of(vm).lines, 1U, __ATOMIC_RELAXED);
    if (before + 1 == GuestLog::kMaxLines) log("VM ", vm.number, ": further lines of this kind are left out");
    return before + 1 < GuestLog::kMaxLines;
}

void log_unknown_register(Vm& vm, SysregEncoding e, bool is_read, u64 pc) {
    DevicesLocked locked(vm);
    GuestLog& said = log_of(vm);
    const u16 number = static_cast<u16>(e.op0 << 14 | e.op1 << 11 | e.crn << 7 | e.crm << 3 | e.op2);
    for (u32 i = 0; i < said.register_count; ++i) {
        if (said.registers[i] == number) return;
    }
    if (said.register_count == GuestLog::kMaxRegisters) return;
    said.registers[said.register_count++] = number;
    const SysregInfo* const row = find_sysreg(e);
    log("VM ", vm.number, ": ", is_read ? "MRS" : "MSR", " of ",
        row != nullptr ? row->name : "a register that is not known", ", S", u32{e.op0}, "_", u32{e.op1}, "_C",
        u32{e.crn}, "_C", u32{e.crm}, "_", u32{e.op2}, ", at ", hex(pc), ": not virtualised, undefined");
    if (said.register_count == GuestLog::kMaxRegisters) log("VM ", vm.number, ": further registers are not told of");
}

}  // namespace ws
