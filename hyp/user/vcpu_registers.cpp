// SPDX-License-Identifier: Apache-2.0
#include "vcpu_registers.hpp"

#include "../arch/pstate.hpp"
#include "../vmm/interface/system_call.hpp"

namespace ws {

namespace {

template <RegisterClass c>
const u64* find_in(const ClassState<c>& state, u64 row) {
    for (std::size_t i = 0; i < ClassState<c>::kSysregs; ++i) {
        if (static_cast<u64>(detail::nth_sysreg(c, i)) == row) return &state.words[ClassState<c>::kCoreWords + i];
    }
    return nullptr;
}

const u64* find(const VcpuContext& context, u64 number) {
    using namespace vmm;
    if (number <= kRegisterSpEl0) return &context.general.words[number];
    if (number == kRegisterPc) return find_in(context.return_state, static_cast<u64>(SysregId::ELR_EL2));
    if (number == kRegisterPstate) return find_in(context.return_state, static_cast<u64>(SysregId::SPSR_EL2));
    if (number < kFirstSysreg) return nullptr;
    const u64* const at = find_in(context.el1, number - kFirstSysreg);
    return at != nullptr ? at : find_in(context.user, number - kFirstSysreg);
}

/// Flags, masks, and the mode: EL0t, EL1t or EL1h, AArch64.
bool is_guest_pstate(u64 value) {
    using S = reg::SPSR_EL2;
    constexpr u64 kFlagsAndMasks = S::N.mask() | S::Z.mask() | S::C.mask() | S::V.mask() | kAllMasked;
    const u64 mode = S::M.get(value);
    return (value & ~(kFlagsAndMasks | S::M.mask())) == 0 && (mode == kEl0t || mode == kEl1t || mode == kEl1h);
}

}  // namespace

bool read_vcpu_register(const VcpuContext& context, u64 number, u64& value) {
    const u64* const at = find(context, number);
    if (at != nullptr) value = *at;
    return at != nullptr;
}

bool write_vcpu_register(VcpuContext& context, u64 number, u64 value) {
    if (number == vmm::kRegisterPstate && !is_guest_pstate(value)) return false;
    u64* const at = const_cast<u64*>(find(context, number));
    if (at != nullptr) *at = value;
    return at != nullptr;
}

}  // namespace ws
