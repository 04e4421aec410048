// SPDX-License-Identifier: Apache-2.0
// Software generated interrupts: one vCPU interrupts others.
#include "../arch/registers.hpp"
#include "interrupt_controller.hpp"

namespace ws::vgic {
namespace {

/// The vCPUs that the register's value names. All have affinity 0.0.0.n, n <
/// 16, so any other affinity, and a range selector other than 0 (GICD_TYPER.RSS
/// is 0), names nobody.
u32 targets(u32 from, u64 value) {
    using Sgi1r = reg::ICC_SGI1R_EL1;
    if (Sgi1r::IRM.get(value)) return ~(u32{1} << from);
    constexpr u64 kOther = Sgi1r::Aff3.mask() | Sgi1r::Aff2.mask() | Sgi1r::Aff1.mask() | Sgi1r::RS.mask();
    return (value & kOther) ? 0 : static_cast<u32>(Sgi1r::TargetList.get(value));
}

}  // namespace

void InterruptController::send_sgi(u32 from, u64 icc_sgi1r, SgiGroup group) {
    const u32 intid = static_cast<u32>(reg::ICC_SGI1R_EL1::INTID.get(icc_sgi1r));
    const u32 bit = bit_of(intid);
    u32 to = targets(from, icc_sgi1r) & ((u32{1} << count_) - 1);
    while (to != 0) {
        const u32 vcpu = take_lowest(to);
        Vcpu& v = vcpus_[vcpu];
        Bank& own = v.own;
        // With one security state ICC_SGI1R_EL1 reaches SGIs of both groups, the
        // other two only those of group 0 (IHI 0069 8.1.10, table 8-14).
        if (group == SgiGroup::group0 && (own.group & bit)) continue;
        own.latch |= bit;
        tell(vcpu, intid, trace::IrqChange::raised);
        v.hint |= 1;
        // If it is listed, the list register does not know of this one, and no exit
        // is sure to come.
        if (forwarded(own) & (own.listed | ~own.active) & bit) work_ |= u32{1} << vcpu;
    }
}

}  // namespace ws::vgic
