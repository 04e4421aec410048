// SPDX-License-Identifier: Apache-2.0
// The register tables as C++: a type per system register with its fields, and constexpr arrays for those who print.
// No behaviour: this header builds for the host as well as for the hypervisor.
#pragma once

#include "types.hpp"

namespace ws {

/// A field [msb:lsb] of a 64-bit register.
struct BitField {
    unsigned msb;
    unsigned lsb;

    constexpr u64 mask() const { return (~0ULL >> (63 - (msb - lsb))) << lsb; }
    /// The value `v` moved to the field's place; bits that do not fit are dropped.
    constexpr u64 of(u64 v) const { return (v << lsb) & mask(); }
    constexpr u64 get(u64 reg) const { return (reg & mask()) >> lsb; }
};

enum class RegisterClass : u8 {
#define REGISTER_CLASS(id, name, moved_as, meaning) name = id,
#include "register_classes.def"
#undef REGISTER_CLASS
};

/// Does HCR_EL2.E2H redirect this register's name when it is used at EL2?
enum class E2h : u8 { same, redirected };

/// The id of a system register in the trace: its row in sysregs.def.
enum class SysregId : u16 {
#define SYSREG(name, ...) name,
#include "sysregs.def"
#undef SYSREG
};

/// One type a system register, with its fields as constants: `HCR_EL2::VM.mask()`. Of a register with two layouts,
/// those of the one that counts while HCR_EL2.E2H is 0; reg::e2h1 has the other's.
namespace reg {
// NOLINTBEGIN
#define FIELD(name, msb, lsb, meaning) static constexpr BitField name{msb, lsb};
#define FIELD_E2H0 FIELD
#define FIELD_E2H1(...)
#define SYSREG(name_, op0_, op1_, crn_, crm_, op2_, class_, e2h_, meaning_, ...) \
    struct name_ {                                                               \
        static constexpr SysregId id = SysregId::name_;                          \
        static constexpr RegisterClass register_class = RegisterClass::class_;   \
        static constexpr E2h e2h = E2h::e2h_;                                    \
        __VA_ARGS__                                                              \
    };
#include "sysregs.def"
#undef SYSREG
#undef FIELD_E2H0
#undef FIELD_E2H1

namespace e2h1 {
#define FIELD_E2H0(...)
#define FIELD_E2H1 FIELD
#define SYSREG(name_, op0_, op1_, crn_, crm_, op2_, class_, e2h_, meaning_, ...) \
    struct name_ {                                                               \
        __VA_ARGS__                                                              \
    };
#include "sysregs.def"
#undef SYSREG
#undef FIELD
#undef FIELD_E2H0
#undef FIELD_E2H1
}  // namespace e2h1
// NOLINTEND
}  // namespace reg

/// The encoding of a system register in MRS and MSR.
struct SysregEncoding {
    u8 op0, op1, crn, crm, op2;

    friend constexpr bool operator==(SysregEncoding, SysregEncoding) = default;
};

/// In which layout of a register a field exists.
enum class Layout : u8 { any, e2h0, e2h1 };

struct FieldInfo {
    const char* name;
    BitField bits;
    Layout layout;
    const char* meaning;
};

struct SysregInfo {
    const char* name;
    SysregEncoding encoding;
    RegisterClass register_class;
    E2h e2h;
    const char* meaning;
    const FieldInfo* fields;
    std::size_t field_count;
};

struct CoreRegisterInfo {
    const char* name;
    RegisterClass register_class;
    u8 bytes;
    const char* meaning;
};

/// How a world switch moves the registers of a class.
enum class MovedAs : u8 { block, control, none };

struct RegisterClassInfo {
    const char* name;
    MovedAs moved_as;
    const char* meaning;
};

namespace detail {
// A row's fields, closed by one without a name so that a row without fields is an array as well.
#define FIELD(name, msb, lsb, meaning) FieldInfo{#name, {msb, lsb}, Layout::any, meaning},
#define FIELD_E2H0(name, msb, lsb, meaning) FieldInfo{#name, {msb, lsb}, Layout::e2h0, meaning},
#define FIELD_E2H1(name, msb, lsb, meaning) FieldInfo{#name, {msb, lsb}, Layout::e2h1, meaning},
#define SYSREG(name, op0, op1, crn, crm, op2, class_, e2h, meaning, ...) \
    inline constexpr FieldInfo fields_of_##name[] = {__VA_ARGS__ FieldInfo{nullptr, {0, 0}, Layout::any, nullptr}};
#include "sysregs.def"
#undef SYSREG
#undef FIELD
#undef FIELD_E2H0
#undef FIELD_E2H1
}  // namespace detail

/// All rows of sysregs.def, indexed by SysregId.
inline constexpr SysregInfo kSysregs[] = {
#define SYSREG(name, op0, op1, crn, crm, op2, class_, e2h, meaning, ...) \
    SysregInfo{#name,                                                    \
               {op0, op1, crn, crm, op2},                                \
               RegisterClass::class_,                                    \
               E2h::e2h,                                                 \
               meaning,                                                  \
               detail::fields_of_##name,                                 \
               sizeof(detail::fields_of_##name) / sizeof(FieldInfo) - 1},
#include "sysregs.def"
#undef SYSREG
};
inline constexpr std::size_t kSysregCount = sizeof(kSysregs) / sizeof(kSysregs[0]);

/// All rows of core_registers.def.
inline constexpr CoreRegisterInfo kCoreRegisters[] = {
#define CORE_REGISTER(name, class_, bytes, meaning) CoreRegisterInfo{#name, RegisterClass::class_, bytes, meaning},
#include "core_registers.def"
#undef CORE_REGISTER
};

/// All rows of register_classes.def, indexed by RegisterClass.
inline constexpr RegisterClassInfo kRegisterClasses[] = {
#define REGISTER_CLASS(id, name, moved_as, meaning) RegisterClassInfo{#name, MovedAs::moved_as, meaning},
#include "register_classes.def"
#undef REGISTER_CLASS
};
inline constexpr std::size_t kRegisterClassCount = sizeof(kRegisterClasses) / sizeof(kRegisterClasses[0]);

constexpr const SysregInfo& info(SysregId id) { return kSysregs[static_cast<std::size_t>(id)]; }
constexpr const RegisterClassInfo& info(RegisterClass c) { return kRegisterClasses[static_cast<std::size_t>(c)]; }

/// The row of sysregs.def with this encoding, or null.
constexpr const SysregInfo* find_sysreg(SysregEncoding encoding) {
    for (const SysregInfo& row : kSysregs) {
        if (row.encoding == encoding) return &row;
    }
    return nullptr;
}

}  // namespace ws
