// SPDX-License-Identifier: Apache-2.0
// WFI and WFE: the guest has nothing to do, so its CPU is free for others.
#include "dispatch.hpp"

namespace ws {

Outcome handle_wfx(Vcpu& vcpu) {
    vcpu.context->skip_instruction();
    return Outcome::yield;
}

}  // namespace ws
