// SPDX-License-Identifier: Apache-2.0
// ESR_ELx taken apart: the exception classes and the formats of the ISS (Arm ARM D17.2.37).
#pragma once

#include "registers.hpp"

namespace ws {

enum class Ec : u8 {
#define EXCEPTION_CLASS(ec, name, iss_format, meaning) name = ec,
#define ISS_FIELD(...)
#include "exception_classes.def"
#undef EXCEPTION_CLASS
#undef ISS_FIELD
};

/// Fields of the ISS, one namespace a format: `iss::sys64::Rt.get(esr)`.
namespace iss {
#define EXCEPTION_CLASS(...)
#define ISS_FIELD(format, name, msb, lsb, meaning) \
    namespace format {                             \
    inline constexpr BitField name{msb, lsb};      \
    }
#include "exception_classes.def"
#undef EXCEPTION_CLASS
#undef ISS_FIELD
}  // namespace iss

/// What was taken, by its place among the four vectors of where it was taken from (Arm ARM D1.3.1).
enum class ExceptionKind : u8 { synchronous, irq, fiq, serror };
constexpr ExceptionKind exception_kind(u64 vector) { return static_cast<ExceptionKind>(vector & 3); }

/// Vectors, as offset divided by 0x80: of exceptions from a lower Exception level, the one below being in AArch64
/// state.
inline constexpr u64 kLowerElSync = 8;
inline constexpr u64 kLowerElIrq = 9;

/// IRQ and FIQ, the middle ones of four vectors, leave ESR_ELx as an earlier exception left it (Arm ARM D1.3.4).
constexpr bool has_syndrome(u64 vector) { return ((vector + 1) & 2) == 0; }
static_assert(has_syndrome(kLowerElSync) && !has_syndrome(kLowerElIrq));

constexpr Ec ec_of(u64 esr) { return static_cast<Ec>(reg::ESR_EL2::EC.get(esr)); }

/// Of the exceptions that a lower Exception level can cause, only these leave an address in FAR_EL2 and HPFAR_EL2.
constexpr bool is_abort(Ec ec) { return ec == Ec::IABT_LOW || ec == Ec::DABT_LOW; }
constexpr bool has_fault_address(u64 vector, u64 esr) { return has_syndrome(vector) && is_abort(ec_of(esr)); }

/// The encoding that a trapped MSR, MRS or system instruction (EC 0x18) used.
constexpr SysregEncoding sysreg_of(u64 esr) {
    using namespace iss::sys64;
    return {static_cast<u8>(Op0.get(esr)), static_cast<u8>(Op1.get(esr)), static_cast<u8>(CRn.get(esr)),
            static_cast<u8>(CRm.get(esr)), static_cast<u8>(Op2.get(esr))};
}

/// Fault status codes, DFSC and IFSC alike, without the level in bits 1 and 0 (Arm ARM D17.2.37).
enum class FaultStatus : u8 {
    address_size = 0x00,
    translation = 0x04,
    access_flag = 0x08,
    permission = 0x0c,
    external = 0x10,          ///< it has no level
    external_on_walk = 0x14,  ///< of a translation table; 0x13 is level -1
};

constexpr bool is_permission_fault(u64 esr) { return (esr & 0x3c) == static_cast<u64>(FaultStatus::permission); }
constexpr bool is_access_flag_fault(u64 esr) { return (esr & 0x3c) == static_cast<u64>(FaultStatus::access_flag); }
constexpr bool is_translation_fault(u64 esr) { return (esr & 0x3c) == static_cast<u64>(FaultStatus::translation); }

constexpr bool is_external_on_walk(u64 esr) {
    const u64 below_level_0 = static_cast<u64>(FaultStatus::external_on_walk) - 1;
    return (esr & 0x3c) == static_cast<u64>(FaultStatus::external_on_walk) || (esr & 0x3f) == below_level_0;
}

struct ExceptionClassInfo {
    u8 ec;
    const char* name;
    const char* iss_format;
    const char* meaning;
};

struct IssFieldInfo {
    const char* iss_format;
    const char* name;
    BitField bits;
    const char* meaning;
};

/// All rows of exception_classes.def.
inline constexpr ExceptionClassInfo kExceptionClasses[] = {
#define EXCEPTION_CLASS(ec, name, iss_format, meaning) ExceptionClassInfo{ec, #name, #iss_format, meaning},
#define ISS_FIELD(...)
#include "exception_classes.def"
#undef EXCEPTION_CLASS
#undef ISS_FIELD
};

inline constexpr IssFieldInfo kIssFields[] = {
#define EXCEPTION_CLASS(...)
#define ISS_FIELD(format, name, msb, lsb, meaning) IssFieldInfo{#format, #name, {msb, lsb}, meaning},
#include "exception_classes.def"
#undef EXCEPTION_CLASS
#undef ISS_FIELD
};

/// The row for an exception class, or null if the table has none of that number.
constexpr const ExceptionClassInfo* find_exception_class(u8 ec) {
    for (const ExceptionClassInfo& row : kExceptionClasses) {
        if (row.ec == ec) return &row;
    }
    return nullptr;
}

}  // namespace ws
