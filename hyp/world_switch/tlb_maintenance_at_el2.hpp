// SPDX-License-Identifier: Apache-2.0
// TLB maintenance for guests, at EL2. The instructions mean the VMID in VTTBR_EL2, so that of the VM concerned is put
// there first; and they mean EL1&0 only while HCR_EL2.TGE is clear (KVM: hyp/vhe/tlb.c, hyp/nvhe/tlb.c).
#pragma once

#include "../arch/hw/maintenance.hpp"
#include "../trace/points.hpp"
#include "tlb_maintenance.hpp"

namespace ws {

inline void maintain_tlbs_at_el2(const TlbMaintenance& what) {
    trace::event<trace::At::el2>(trace::payload::tlb{what.vttbr, what.ipa.value, what.scope});
    const u64 hcr = hw::read<reg::HCR_EL2>();
    const u64 vttbr = hw::read<reg::VTTBR_EL2>();
    // New tables are seen by all walks, and no walk of the VM before goes on in the tables of this one (Arm ARM D8.1.5,
    // R_LFHQG; KVM: __tlb_switch_to_guest).
    hw::dsb_ish();
    hw::write<reg::VTTBR_EL2>(what.vttbr);
    hw::write<reg::HCR_EL2>(hcr & ~reg::HCR_EL2::TGE.mask());
    hw::isb();
    switch (what.scope) {
        case trace::TlbScope::page: hw::tlb_invalidate_ipa(what.ipa); break;
        case trace::TlbScope::vmid: hw::tlb_invalidate_vmid(); break;
        case trace::TlbScope::this_cpu: hw::tlb_invalidate_local(); break;
        case trace::TlbScope::all:
            hw::tlb_invalidate_el1_all();
            hw::instruction_cache_invalidate();
            break;
    }
    hw::write<reg::HCR_EL2>(hcr);
    hw::write<reg::VTTBR_EL2>(vttbr);
    hw::isb();
}

}  // namespace ws
