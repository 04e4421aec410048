// SPDX-License-Identifier: Apache-2.0
// MRS and MSR for every row of sysregs.def. Registers are named by encoding (S<op0>_<op1>_C<n>_C<m>_<op2>), so that any
// assembler knows them.
#pragma once

#include "../registers.hpp"
#include "attributes.hpp"

namespace ws::hw {

/// The names by which code at EL2 reaches a guest's EL1 registers.
enum class GuestNames : u8 {
    el1,   ///< E2H=0: by their own names
    el12,  ///< E2H=1: what is redirected, by the _EL12 and _EL02 names, op1 = 5 (Arm ARM D13.1.3)
};

template <SysregId id>
u64 read();
template <SysregId id>
void write(u64 value);
template <SysregId id>
u64 read_el12();
template <SysregId id>
void write_el12(u64 value);

#define WS_SYSREG_ACCESSORS(name, suffix, encoding)           \
    template <>                                               \
    WS_INLINE u64 read##suffix<SysregId::name>() {            \
        u64 value;                                            \
        asm volatile("mrs %0, " encoding : "=r"(value));      \
        return value;                                         \
    }                                                         \
    template <>                                               \
    WS_INLINE void write##suffix<SysregId::name>(u64 value) { \
        asm volatile("msr " encoding ", %x0" ::"rZ"(value));  \
    }
#define SYSREG(name, op0, op1, crn, crm, op2, ...)                              \
    WS_SYSREG_ACCESSORS(name, , "S" #op0 "_" #op1 "_C" #crn "_C" #crm "_" #op2) \
    WS_SYSREG_ACCESSORS(name, _el12, "S" #op0 "_5_C" #crn "_C" #crm "_" #op2)
#include "../sysregs.def"
#undef SYSREG
#undef WS_SYSREG_ACCESSORS

/// By type: `hw::read<reg::HCR_EL2>()`.
template <class Register>
WS_INLINE u64 read() {
    return read<Register::id>();
}
template <class Register>
WS_INLINE void write(u64 value) {
    write<Register::id>(value);
}

/// The guest's instance of a register, while EL2 runs the host.
template <GuestNames names, SysregId id>
WS_INLINE u64 read_guest() {
    if constexpr (names == GuestNames::el12 && info(id).e2h == E2h::redirected) {
        return read_el12<id>();
    } else {
        return read<id>();
    }
}
template <GuestNames names, SysregId id>
WS_INLINE void write_guest(u64 value) {
    if constexpr (names == GuestNames::el12 && info(id).e2h == E2h::redirected) {
        write_el12<id>(value);
    } else {
        write<id>(value);
    }
}

}  // namespace ws::hw
