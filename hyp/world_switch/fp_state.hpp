// SPDX-License-Identifier: Apache-2.0
// FP/SIMD: V0 to V31, FPSR, FPCR (KVM: fpsimd.S). CPTR_EL2 must let EL2 use them.
#pragma once

#include "../arch/hw/fp_registers.hpp"
#include "class_state.hpp"

namespace ws {

using FpState = ClassState<RegisterClass::fp>;

WS_INLINE void save_fp_registers(FpState& state) {
    hw::save_v_registers(state.words);
    save_sysregs<hw::GuestNames::el1>(state);
}

WS_INLINE void restore_fp_registers(const FpState& state) {
    hw::restore_v_registers(state.words);
    restore_sysregs<hw::GuestNames::el1>(state);
}

}  // namespace ws
