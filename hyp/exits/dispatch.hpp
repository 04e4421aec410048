// SPDX-License-Identifier: Apache-2.0
// What the kernel does for an exit: one handler for each exception class. The line of each names its file.
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

enum class Outcome : u8 {
    resume,  ///< enter the guest again
    wait,    ///< until it has an interrupt to take: its vCPU leaves the CPU
    yield,   ///< after others that are ready
};

/// Handles the exit that `vcpu.context->exit` describes.
Outcome handle_exit(Vcpu& vcpu);

// The handlers, in dispatch.cpp's table.
Outcome handle_wfx(Vcpu& vcpu);                // wfx.cpp
Outcome handle_fp_access(Vcpu& vcpu);          // fp_access.cpp
Outcome handle_hvc(Vcpu& vcpu);                // hypercall.cpp
Outcome handle_smc(Vcpu& vcpu);                // hypercall.cpp
Outcome handle_sysreg(Vcpu& vcpu);             // sysreg.cpp
Outcome handle_instruction_abort(Vcpu& vcpu);  // memory_abort.cpp
Outcome handle_data_abort(Vcpu& vcpu);         // memory_abort.cpp
Outcome handle_undefined(Vcpu& vcpu);          // inject.cpp: what the guest may not use, or does not have
Outcome handle_coprocessor(Vcpu& vcpu);        // inject.cpp: the same of AArch32 code at EL0
Outcome handle_unexpected(Vcpu& vcpu);         // dispatch.cpp: what no configuration of ours lets through

}  // namespace ws
