// SPDX-License-Identifier: Apache-2.0
// The raw log: what scripts/qemu_plugin/outside_recorder.cpp saw a machine do, before anybody has said what it means.
// All of it are little-endian words of 64 bits. A file begins with kRawMagic and kRawVersion; then come records, each
// a header word and as many words as the header says, in the order in which QEMU executed what they tell. From it the
// trace can be made anew when the trace's tables have changed, so a recording outlives them.
//
// Header word, from the low end:
//   bits 0 to 7     kind
//   bits 8 to 15    CPU
//   bits 16 to 31   words that follow
//   bits 32 to 63   instructions of all CPUs since the record before
//
// A record's time is the number of instructions that were executed before the one that it tells of. An instruction that
// ends with a synchronous exception other than SVC, HVC and SMC has not been executed: it comes again, or never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hyp/arch/registers.hpp"

namespace ws::raw {

inline constexpr std::uint64_t kRawMagic = 0x474f'4c57'4152'5357;  // "WSRAWLOG"
inline constexpr std::uint64_t kRawVersion = 1;

/// X0 to X30 as records have them.
inline constexpr std::size_t kGeneralRegisters = 31;

enum class Kind : std::uint8_t {
    /// A window begins: from here on all is recorded. Words: the time since the reset, PC.
    window_begin = 1,
    /// It ends. Words: PC.
    window_end = 2,
    /// After window_begin, for each CPU: what was last written there to a register, since the reset. Words: encoding,
    /// exception level of who wrote, value.
    known = 3,
    /// The guest came to one of its own marks. Words: 1 for the begin of a benchmark and 2 for its end, X1, and 4 words
    /// with the string at X0.
    mark = 4,
    /// An exception was taken. Words: the vector's address, exception level it was taken to, ESR, ELR, SPSR, FAR,
    /// HPFAR_EL2, HCR_EL2, VMPIDR_EL2, VTTBR_EL2, X0 to X30.
    exception = 5,
    /// ERET is about to be executed. Words: PC, exception level, ELR, SPSR, HCR_EL2, VMPIDR_EL2, VTTBR_EL2, X0 to X30.
    exception_return = 6,
    /// MRS at EL2, or of ICC_IAR1_EL1 by the host. Words: PC, encoding, value. The record's time is that of the next
    /// instruction, which has the value.
    read = 7,
    /// What a MRS shortly before has read was stored. Words: PC, encoding, address.
    stored = 8,
    /// MSR at EL2, or of ICC_SGI1R_EL1 by the host. Words: PC, encoding, value, and the address that the value was
    /// loaded from shortly before, else 0.
    write = 9,
    /// The host or the hypervisor branched. Words: from, to, a row of Branch, X0, X1. X0 and X1 are 0 for
    /// Branch::conditional.
    branch = 10,
    /// X29 and X30 were stored, or were loaded, as a pair relative to another register than SP: contexts of callers
    /// are put away so. Words: PC, 1 if stored and 2 if loaded, X0 to X30; of a load as they are after it.
    general = 11,
    /// Q0 and Q1 were stored as a pair, or Q30 and Q31 loaded. Words: PC, 1 or 2 as above, 64 words of V0 to V31, FPSR,
    /// FPCR.
    vector = 12,
    /// After window_begin, for each CPU. Words: 1 if it is known where it is, exception level, HCR_EL2, VMPIDR_EL2,
    /// VTTBR_EL2, PC. A CPU that an exception has taken out of its guest before it executed anything in the window is
    /// in its guest by this record, and the exception's comes next.
    place = 13,
};

enum class Branch : std::uint8_t {
    jump = 0,         ///< B, BR
    call = 1,         ///< BL, BLR
    back = 2,         ///< RET
    conditional = 3,  ///< B.cond, CBZ, TBZ and their like, taken
    unknown = 4,      ///< no instruction explains it
};

constexpr std::uint64_t header(Kind kind, unsigned cpu, std::size_t words, std::uint64_t elapsed) {
    return static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(cpu & 0xff) << 8 |
           static_cast<std::uint64_t>(words) << 16 | elapsed << 32;
}

/// The encoding of a system register as records have it: op0, op1, CRn, CRm and op2 as MRS and MSR have them in bits
/// 20 to 5.
constexpr std::uint64_t encoding(SysregEncoding e) {
    return std::uint64_t{e.op0} << 14 | std::uint64_t{e.op1} << 11 | std::uint64_t{e.crn} << 7 |
           std::uint64_t{e.crm} << 3 | e.op2;
}
constexpr std::uint64_t encoding(SysregId id) { return encoding(info(id).encoding); }

}  // namespace ws::raw
