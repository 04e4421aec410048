// SPDX-License-Identifier: Apache-2.0
// What an event says, in words: its fields by name, registers by their bits, ESR_EL2 by its exception class.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// A field of an event, or of a register when it is in `parts`.
struct Field {
    std::string name;
    u64 value = 0;        ///< of a 128-bit register the low half
    std::string text;     ///< the value for people: a name where it has one, else a number
    std::string hex;      ///< the value in hexadecimal, 0x and as many digits as the field's size has; empty if there is none
    std::string meaning;  ///< what the field is, from the tables
    std::string bits;     ///< for a part: its place in the register, such as "31:26"
    std::vector<Field> parts;
};

/// All fields of an event, registers with their bits.
std::vector<Field> describe(const Trace& trace, const Event& event);

/// A line without the event's name and times: `owner=vCPU 0 ESR_EL2=0x5a000000 (HVC64 imm16=0x0) ...`.
std::string one_line(const Trace& trace, const Event& event);

/// A system register's bits by name, in the layout that counts.
std::vector<Field> describe_register(const SysregInfo& sysreg, u64 value, Layout layout);

/// ESR_EL2 with its exception class and the fields of its syndrome; a trapped register by name.
std::vector<Field> describe_esr(u64 esr);

/// The name of an exception class, or `EC 0x..` for a number that the Arm ARM does not have.
std::string exception_class_name(u8 ec);

/// What a trap was taken for: its exception class, or the vector of an interrupt.
std::string trap_class(const trace::payload::trap& trap);

/// What a syndrome says in a few words, such as `HVC64 imm16=0x0` or `SYS64 read ID_AA64PFR0_EL1`.
std::string esr_summary(u64 esr);

/// WFI, WFE, WFIT or WFET, by the syndrome of their trap.
const char* wfx_name(u64 esr);

/// The name of a system register by its encoding, or `S3_0_C0_C4_0`, as assemblers write the ones without a name.
std::string sysreg_name(SysregEncoding encoding);

/// The name of the register with an id of the trace, a row of sysregs.def.
std::string sysreg_name_of_id(u64 id);

/// The rights of a stage 2 mapping, such as `r-x`.
std::string rights_text(u64 rights);

/// Hexadecimal with the digits that `bytes` bytes have.
std::string hex(u64 value, unsigned bytes = 8);

}  // namespace ws::model
