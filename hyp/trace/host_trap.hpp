// SPDX-License-Identifier: Apache-2.0
// The split design's host at EL2's door: its HVC into the lowvisor, and the way back.
#pragma once

#include "points.hpp"

namespace ws::trace {

/// The host's kernel at EL1 trapped at `clock`, read by the vector's first instruction. It was an HVC, which has no
/// fault address.
WS_INLINE void host_trap(u64 clock) {
    if constexpr (kLevel >= payload::trap::kLevel) {
        constexpr u8 kLowerElSync = 8;
        const u64 start = hw::read_trace_clock();
        Recorder& recorder = recorder_here<At::el2>();
        Window window(clock, recorder);
        window.emit_quickly(payload::trap{hw::read<reg::ESR_EL2>(), hw::read<reg::ELR_EL2>(), hw::read<reg::SPSR_EL2>(),
                                          0, 0, kHost, kLowerElSync, 0});
        hw::charge_recorder<kVectorInstructions>(recorder.spent, start);
    } else {
        hw::compiler_barrier();
    }
}

}  // namespace ws::trace
