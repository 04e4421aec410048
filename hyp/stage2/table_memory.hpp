// SPDX-License-Identifier: Apache-2.0
// Where stage 2 tables come from and what makes them visible. The kernel defines these; so does the unit test, which
// watches the order in which they are called.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// A zeroed table of 4 KiB, aligned to its size; null when there is none.
u64* take_table();

/// Gives back a table that no walker can reach any more.
void give_back_table(u64* table);

/// What was stored to tables before is seen by the walkers of all CPUs from here on: DSB ISHST. A walk is ordered after
/// a store only by a DSB (Arm ARM D8.2).
void stage2_barrier();

}  // namespace ws
