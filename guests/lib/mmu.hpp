// SPDX-License-Identifier: Apache-2.0
// Stage 1 of a guest that wants one: everything mapped one to one in blocks of 1 GiB, RAM as normal cacheable memory,
// all else as device memory that is not executable.
#pragma once

#include "hyp/arch/types.hpp"

namespace guest {

/// The registers that make the MMU what it is.
struct MmuState {
    ws::u64 mair, tcr, ttbr0, sctlr;
};

/// For this CPU. Other CPUs that start later start with it on.
void turn_on_mmu();
/// What a CPU that is started now is to have: off, until turn_on_mmu().
const MmuState& mmu_state();

}  // namespace guest
