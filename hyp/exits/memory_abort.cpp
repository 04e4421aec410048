// SPDX-License-Identifier: Apache-2.0
// Stage 2 aborts. All of a guest's RAM is mapped before it starts and no device is emulated yet, so an abort is an access
// to an address where the guest's machine has nothing.
#include "dispatch.hpp"

namespace ws {

Outcome handle_instruction_abort(Vcpu& vcpu) { crash_guest(vcpu, "the guest fetched an instruction outside its memory"); }

Outcome handle_data_abort(Vcpu& vcpu) { crash_guest(vcpu, "the guest accessed an address outside its memory"); }

}  // namespace ws
