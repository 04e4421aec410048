// SPDX-License-Identifier: Apache-2.0
// The stack frames of the assembly files. asm_offsets.cpp tells their layout to the assembler.
#pragma once

#include "../arch/types.hpp"
#include "vcpu_context.hpp"

namespace ws {

/// On EL2's stack while a guest runs: where its vector finds the vCPU, and two registers' room.
struct alignas(16) GuestFrame {
    VcpuContext* vcpu;
    u64 clock;  ///< the trap's time
    u64 x0, x1;
    u64 window;  ///< begin of the recorder's window
};

}  // namespace ws
