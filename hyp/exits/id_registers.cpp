// SPDX-License-Identifier: Apache-2.0
#include "id_registers.hpp"

#include "../arch/hw/sysreg_access.hpp"

namespace ws {

namespace {

/// By CRm and op2; AArch32's, CRm 1 to 3, stay zero: guests have no AArch32.
u64 shown[8][8];

template <SysregId id>
void show(BitField field, u64 most, bool or_none) {
    constexpr u64 kNone = 0xf;
    constexpr SysregEncoding e = info(id).encoding;
    const u64 has = field.get(hw::read<id>());
    const u64 value = or_none && has == kNone ? kNone : has < most ? has : most;
    shown[e.crm][e.op2] |= field.of(value);
}

}  // namespace

void open_feature_registers() {
    constexpr u64 kAny = 0xe;
#define FEATURE(register, msb, lsb, most, meaning) show<SysregId::register>({msb, lsb}, most, false);
#define FEATURE_OR_NONE(register, msb, lsb, meaning) show<SysregId::register>({msb, lsb}, kAny, true);
#include "guest_features.def"
#undef FEATURE
#undef FEATURE_OR_NONE
}

u64 guest_feature_register(unsigned crm, unsigned op2) { return shown[crm][op2]; }

}  // namespace ws
