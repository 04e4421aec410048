// SPDX-License-Identifier: Apache-2.0
// The books of one operation, register by register: what was saved, restored and written, and how much of that changed
// nothing.
#pragma once

#include "viewer/model/registers/hardware_registers.hpp"
#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// What an operation did to one register.
struct LedgerEntry {
    u32 saved = 0;
    u32 restored = 0;
    u32 written = 0;              ///< as a control register
    u32 redundant_saves = 0;      ///< the copy in memory had this value already
    u32 redundant_restores = 0;   ///< the register had this value already
    u32 redundant_writes = 0;     ///< the same
    u32 saved_not_restored = 0;   ///< saves of an owner's value that no restore in the operation goes with
    u32 restored_not_saved = 0;   ///< the reverse

    u32 moves() const { return saved + restored + written; }
    u32 redundant() const { return redundant_saves + redundant_restores + redundant_writes; }
    u32 unmatched() const { return saved_not_restored + restored_not_saved; }
    LedgerEntry& operator+=(const LedgerEntry& other);
    friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

struct Ledger {
    std::vector<LedgerEntry> entries;  ///< by hardware_registers()
    LedgerEntry total;
};

/// The books of an operation whose events are these (OperationEvents::events). A save or a restore counts as redundant
/// only where the trace tells both values.
Ledger keep_ledger(const Trace& trace, const std::vector<EventIndex>& events);

/// What was done to a register, in words: `saved, restored`, `saved 2x`, `written`, `redirected by E2H`, `untouched`.
/// The third only of a register that the operation left alone, in a design where the kernel's use of the name reaches
/// another register.
std::string treatment(const HardwareRegister& hardware, const LedgerEntry& entry, Layout layout);

/// What there is to say against it: `1 of 2 redundant, saved but not restored`; empty for nothing.
std::string remark(const LedgerEntry& entry);

}  // namespace ws::model
