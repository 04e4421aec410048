// SPDX-License-Identifier: Apache-2.0
// Two things that the syndrome registers do not always tell (KVM: __translate_far_to_hpfar in hyp/fault.h).
#include "../arch/hw/address_translation.hpp"
#include "guest_entry.hpp"

namespace ws {

void complete_abort_info(ExitInfo& exit, u64 pc) {
    exit.instruction = kUnknownPa;
    const bool data = ec_of(exit.esr) == Ec::DABT_LOW;
    if (data && iss::dabt::ISV.get(exit.esr) == 0) {
        const u64 par = hw::translate_guest_address<true>(pc);
        if (reg::PAR_EL1::F.get(par) == 0) exit.instruction = Pa((par & hw::kParPage) | (pc & 0xfff));
    }
    // HPFAR_EL2 is not valid for a permission fault, unless it is one of a stage 1 walk (Arm ARM D17.2.68).
    if (is_permission_fault(exit.esr) && iss::dabt::S1PTW.get(exit.esr) == 0) {
        const u64 par = hw::translate_guest_address<false>(exit.far);
        // Unknown if stage 1 has changed meanwhile.
        exit.hpfar =
            reg::PAR_EL1::F.get(par) != 0 ? kUnknownHpfar : reg::HPFAR_EL2::FIPA.of((par & hw::kParPage) >> 12);
    }
}

}  // namespace ws
