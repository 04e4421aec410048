// SPDX-License-Identifier: Apache-2.0
#include "id_registers.hpp"

#include "../arch/hw/sysreg_access.hpp"

namespace ws {

namespace {

template <class... Fields>
constexpr u64 without(u64 value, Fields... fields) {
    return value & ~(fields.mask() | ...);
}

u64 processor_features() {
    using R = reg::ID_AA64PFR0_EL1;
    constexpr u64 kAarch64Only = 1;
    const u64 value = without(hw::read<R>(), R::AMU, R::MPAM, R::SEL2, R::SVE, R::RAS, R::GIC, R::EL3, R::EL2, R::EL1, R::EL0);
    return value | R::EL1.of(kAarch64Only) | R::EL0.of(kAarch64Only);
}

}  // namespace

u64 guest_feature_register(SysregEncoding e) {
    const SysregInfo* row = find_sysreg(e);
    if (row == nullptr) return 0;
    switch (static_cast<SysregId>(row - kSysregs)) {
        case SysregId::ID_AA64PFR0_EL1: return processor_features();
        case SysregId::ID_AA64PFR1_EL1: {
            using R = reg::ID_AA64PFR1_EL1;
            return without(hw::read<R>(), R::SME, R::RAS_frac, R::MTE);
        }
        case SysregId::ID_AA64DFR0_EL1: {
            using R = reg::ID_AA64DFR0_EL1;
            return without(hw::read<R>(), R::PMSVer, R::TraceFilt, R::PMUVer, R::TraceVer);
        }
        case SysregId::ID_AA64ISAR0_EL1: {
            using R = reg::ID_AA64ISAR0_EL1;
            return without(hw::read<R>(), R::TME);
        }
        case SysregId::ID_AA64ISAR1_EL1: {
            using R = reg::ID_AA64ISAR1_EL1;
            return without(hw::read<R>(), R::GPI, R::GPA, R::API, R::APA);
        }
        case SysregId::ID_AA64ISAR2_EL1: {
            using R = reg::ID_AA64ISAR2_EL1;
            return without(hw::read<R>(), R::APA3, R::GPA3);
        }
        case SysregId::ID_AA64MMFR0_EL1: {
            using R = reg::ID_AA64MMFR0_EL1;
            return without(hw::read<R>(), R::ECV, R::FGT);
        }
        case SysregId::ID_AA64MMFR1_EL1: {
            using R = reg::ID_AA64MMFR1_EL1;
            return without(hw::read<R>(), R::LO, R::VH, R::VMIDBits);
        }
        case SysregId::ID_AA64MMFR2_EL1: {
            using R = reg::ID_AA64MMFR2_EL1;
            return without(hw::read<R>(), R::NV);
        }
        default: return 0;
    }
}

}  // namespace ws
