// SPDX-License-Identifier: Apache-2.0
// The registers of a CPU that the trace tells of: what world switches move and write, and what an exception fills. A
// register that moves in two classes, such as X19, is one. Last come those that belong to no switch of this project's
// hypervisor: another one may move or write them.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/trace/register_move.hpp"

namespace ws::model {

struct HardwareRegister {
    std::string name;
    RegisterClass register_class;  ///< the first class that it moves in
    const SysregInfo* sysreg;      ///< null for one that MRS does not read
    u32 bytes;
    std::string meaning;
    bool only_if_told;  ///< to be shown only where the trace has something to say of it

    /// Is it one of X0 to X30, which all code uses all the time?
    bool general_purpose() const { return sysreg == nullptr && bytes == sizeof(u64); }
    /// Does its name reach another register at EL2 while HCR_EL2.E2H is 1?
    bool redirected() const { return sysreg != nullptr && sysreg->e2h == E2h::redirected; }
};

/// A place in hardware_registers().
using RegisterPlace = u16;
inline constexpr RegisterPlace kNoRegister = 0xffff;

/// All of them, class by class in the order of register_classes.def.
const std::vector<HardwareRegister>& hardware_registers();

/// The place of the register with this name, in capitals or not; kNoRegister if there is none.
RegisterPlace find_hardware_register(const std::string& name);

/// The place of a row of sysregs.def; kNoRegister for one that the trace does not tell of.
RegisterPlace place_of_sysreg(SysregId id);

/// After it has saved them the hypervisor turns timer and interrupt interface off, which the trace does not tell.
bool turned_off_after_save(RegisterClass register_class);

struct RegisterValue {
    u64 low = 0;
    u64 high = 0;  ///< of a 128-bit register
    friend bool operator==(const RegisterValue&, const RegisterValue&) = default;
};

/// A register with the value that an event saved or restored.
struct MovedValue {
    RegisterPlace place;
    RegisterValue value;
};

/// What the event moved, in the order of its fields; nothing for an event that moves no register.
std::vector<MovedValue> moved_values(const Trace& trace, const Event& event);
/// The same without the values.
std::vector<RegisterPlace> moved_registers(const Trace& trace, const Event& event);

/// The value in hexadecimal, with as many digits as the register has.
std::string hex(const HardwareRegister& hardware, const RegisterValue& value);

}  // namespace ws::model
