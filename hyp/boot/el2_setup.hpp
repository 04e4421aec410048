// SPDX-License-Identifier: Apache-2.0
// What every design sets at EL2 before their kernel starts.
#pragma once

namespace ws {

struct Cpu;

/// TPIDR_EL2, the interrupt controller's system registers for EL1 and EL2, and the host's trap configuration.
void prepare_el2(Cpu& cpu);

/// Starts PMCCNTR_EL0 at the number of instructions since reset, so that the raw clock is QEMU's own -icount.
void start_trace_clock();

}  // namespace ws
