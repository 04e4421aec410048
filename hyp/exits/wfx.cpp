// SPDX-License-Identifier: Apache-2.0
// WFI and WFE: the guest has nothing to do, so its CPU is free for others.
#include "../arch/syndrome.hpp"
#include "dispatch.hpp"

namespace ws {

Outcome handle_wfx(Vcpu& vcpu) {
    VcpuContext& context = *vcpu.context;
    const bool executed = aarch32::is_executed(context.exit.esr, context.pstate());
    context.skip_instruction();
    if (!executed) return Outcome::resume;
    const bool wfe = (iss::wfx::TI.get(context.exit.esr) & 1) != 0;
    // An event may come from anywhere: after WFE the guest looks for itself when it is its turn again.
    return wfe ? Outcome::yield : Outcome::wait;
}

}  // namespace ws
