// SPDX-License-Identifier: Apache-2.0
// The way through guest_entry.S, which every design shares: ERET into the guest, the vectors out of it.
#pragma once

#include "../arch/syndrome.hpp"
#include "vcpu_context.hpp"

namespace ws {

/// Saves the host's callee-saved registers, restores the guest's general-purpose registers and executes ERET. Returns
/// after the guest trapped, with the guest's general-purpose registers in the vCPU, and tells the vector, offset
/// divided by 0x80 (KVM: __guest_enter, __guest_exit).
extern "C" u64 guest_enter(VcpuContext& vcpu);

extern "C" const u8 guest_vectors[];
extern "C" const u8 host_vectors[];
WS_INLINE u64 guest_vectors_address() { return reinterpret_cast<u64>(guest_vectors); }
WS_INLINE u64 host_vectors_address() { return reinterpret_cast<u64>(host_vectors); }

/// What an abort's syndrome leaves out, found while the guest's translation is still in place (exit_info.cpp).
void complete_abort_info(ExitInfo& exit, u64 pc);

/// Keeps the syndrome of the exit, if it has one: the next exception would overwrite it (KVM: fixup_guest_exit in
/// hyp/include/hyp/switch.h).
WS_INLINE void save_exit_info(ExitInfo& exit, u64 vector) {
    exit.vector = vector;
    if (!has_syndrome(vector)) [[unlikely]]
        return;
    const u64 esr = hw::read<reg::ESR_EL2>();
    exit.esr = esr;
    const Ec ec = ec_of(esr);
    if (is_abort(ec)) {
        exit.far = hw::read<reg::FAR_EL2>();
        exit.hpfar = hw::read<reg::HPFAR_EL2>();
        const bool described = iss::dabt::ISV.get(esr) != 0 || ec == Ec::IABT_LOW;
        if (!described || is_permission_fault(esr)) complete_abort_info(exit, hw::read<reg::ELR_EL2>());
    }
}

}  // namespace ws
