// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/sysreg_names.hpp"

namespace ws::model {
namespace {

constexpr u8 kEl1 = 0;
constexpr u8 kEl0 = 3;
constexpr u8 kEl2 = 4;
constexpr u8 kEl12 = 5;

std::optional<SysregId> id_of(const SysregInfo* row) {
    if (row == nullptr) return std::nullopt;
    return static_cast<SysregId>(row - kSysregs);
}

const SysregInfo* with_op1(SysregEncoding e, u8 op1) {
    e.op1 = op1;
    return find_sysreg(e);
}

}  // namespace

std::optional<SysregId> sysreg_reached(u64 encoding, bool e2h) {
    const SysregEncoding e{static_cast<u8>(encoding >> 14 & 3), static_cast<u8>(encoding >> 11 & 7),
                           static_cast<u8>(encoding >> 7 & 15), static_cast<u8>(encoding >> 3 & 15),
                           static_cast<u8>(encoding & 7)};
    if (e.op1 == kEl12) {
        const SysregInfo* const row = with_op1(e, kEl1);
        return id_of(row != nullptr ? row : with_op1(e, kEl0));
    }
    const SysregInfo* const row = find_sysreg(e);
    if (row == nullptr || !e2h || row->e2h != E2h::redirected) return id_of(row);
    if (static_cast<SysregId>(row - kSysregs) == SysregId::CPACR_EL1) return SysregId::CPTR_EL2;
    return id_of(with_op1(e, kEl2));
}

}  // namespace ws::model
