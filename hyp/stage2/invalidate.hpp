// SPDX-License-Identifier: Apache-2.0
// TLB maintenance of stage 2. The kernel defines it; so does the unit test, with a TLB of its own.
#pragma once

#include "../arch/types.hpp"

namespace ws {

class Stage2;

/// No CPU uses a translation of [ipa, ipa + bytes) that it cached before, whole or part: IPAS2E1IS for the range, then
/// VMALLE1IS for what stages 1 and 2 made together (Arm ARM D8.14). Complete when it returns. The new entries were
/// made visible by stage2_barrier() before. Ranges are large at times: all there is, when a VM ends.
void invalidate_stage2(const Stage2& stage2, Ipa ipa, u64 bytes);

}  // namespace ws
