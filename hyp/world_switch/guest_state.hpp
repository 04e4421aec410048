// SPDX-License-Identifier: Apache-2.0
// The table of what becomes of a guest's state (guest_state.def), with the registers that the switch moves from
// sysregs.def. No behaviour: guests and host programs include it too.
#pragma once

#include "../arch/registers.hpp"

namespace ws {

/// What becomes of a register between two VMs.
enum class Fate : u8 { switched, trapped, hidden, shared };
/// Is the kernel's own register of this name to hold its value while guests run?
enum class HostValue : u8 { moves, keeps };

struct EncodingRange {
    u8 first, last;
    constexpr bool contains(u8 n) const { return n >= first && n <= last; }
};

/// The rows of the table: a register, or a range of them.
struct GuestRegisters {
    const char* name;
    u8 op0, op1;
    EncodingRange crn, crm, op2;
    Fate fate;
    HostValue host;
    const char* why;
    bool of_sysregs;  ///< its encoding is a row of sysregs.def

    constexpr bool contains(SysregEncoding e) const {
        return e.op0 == op0 && e.op1 == op1 && crn.contains(e.crn) && crm.contains(e.crm) && op2.contains(e.op2);
    }
};

namespace detail {
constexpr EncodingRange at(u8 n) { return {n, n}; }
constexpr GuestRegisters known(SysregId id, Fate fate, HostValue host, const char* why) {
    const SysregEncoding e = info(id).encoding;
    return {info(id).name, e.op0, e.op1, at(e.crn), at(e.crm), at(e.op2), fate, host, why, true};
}
}  // namespace detail

inline constexpr GuestRegisters kGuestRegisters[] = {
#define AT(n) detail::at(n)
#define FROM(first, last) \
    EncodingRange { first, last }
#define GUEST_REGISTER(name, fate, host, why) detail::known(SysregId::name, Fate::fate, HostValue::host, why),
#define GUEST_REGISTERS(name, op0, op1, crn, crm, op2, fate, why) \
    GuestRegisters{name, op0, op1, crn, crm, op2, Fate::fate, HostValue::moves, why, false},
#define GUEST_STATE(name, fate, why)
#include "guest_state.def"
#undef GUEST_REGISTER
#undef GUEST_REGISTERS
#undef GUEST_STATE
#undef AT
#undef FROM
};

/// Do the registers of a class move with the guest, so that the table need not name them?
constexpr bool is_switched(RegisterClass c) {
    return c == RegisterClass::general || c == RegisterClass::fp || c == RegisterClass::el1 ||
           c == RegisterClass::user || c == RegisterClass::timer || c == RegisterClass::debug ||
           c == RegisterClass::breakpoints;
}

/// May MRS or MSR at EL1 name it (Arm ARM D12.2: op1 of 4 and up is EL2's and EL3's)?
constexpr bool is_for_el1(SysregEncoding e) { return e.op1 < 4; }

/// The table's first row that fits, or null.
constexpr const GuestRegisters* find_guest_registers(SysregEncoding e) {
    for (const GuestRegisters& row : kGuestRegisters) {
        if (row.contains(e)) return &row;
    }
    return nullptr;
}

/// The encoding of a register that sysregs.def has no row for; one that this table has none for either does not
/// compile.
consteval SysregEncoding encoding_of(const char* name) {
    for (const GuestRegisters& row : kGuestRegisters) {
        if (__builtin_strcmp(row.name, name) == 0) {
            return {row.op0, row.op1, row.crn.first, row.crm.first, row.op2.first};
        }
    }
    __builtin_unreachable();
}

/// Does the table say what becomes of the register with this encoding? (No pointers here and below: with the sanitizers
/// GCC 12 takes a comparison with null for no constant.)
constexpr bool is_accounted_for(SysregEncoding e) {
    for (const SysregInfo& row : kSysregs) {
        if (row.encoding == e && is_switched(row.register_class)) return true;
    }
    for (const GuestRegisters& row : kGuestRegisters) {
        if (row.contains(e)) return true;
    }
    return false;
}

namespace detail {
constexpr bool all_known_are_accounted_for() {
    for (const SysregInfo& row : kSysregs) {
        if (is_for_el1(row.encoding) && !is_accounted_for(row.encoding)) return false;
    }
    return true;
}
/// A row that repeats what sysregs.def has: by its class already switched, or with its encoding written out.
constexpr bool one_is_written_twice() {
    for (const GuestRegisters& row : kGuestRegisters) {
        const SysregEncoding e{row.op0, row.op1, row.crn.first, row.crm.first, row.op2.first};
        const bool single =
            row.crn.first == row.crn.last && row.crm.first == row.crm.last && row.op2.first == row.op2.last;
        if (!single) continue;
        for (const SysregInfo& known : kSysregs) {
            if (known.encoding == e && (is_switched(known.register_class) || !row.of_sysregs)) return true;
        }
    }
    return false;
}
static_assert(all_known_are_accounted_for(),
              "a register of sysregs.def that EL1 can name is neither switched nor in guest_state.def");
static_assert(!one_is_written_twice(), "guest_state.def repeats a register that sysregs.def has");
}  // namespace detail

}  // namespace ws
