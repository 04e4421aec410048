// SPDX-License-Identifier: Apache-2.0
// TLB maintenance of stage 2. The kernel defines it; so does the unit test, with a TLB of its own.
#pragma once

#include "../arch/types.hpp"

namespace ws {

class Stage2;

/// When it returns, no CPU uses a translation of [ipa, ipa + bytes) that it cached before. A few pages: each by TLBI
/// IPAS2E1IS and VMALLE1IS, since a TLB may hold stages 1 and 2 in one entry (Arm ARM D8.13.5). More: all of the VM's
/// by VMALLS12E1IS. The caller has changed the entries, and stage2_barrier() before this call has made that visible to
/// all walks.
void invalidate_stage2(const Stage2& stage2, Ipa ipa, u64 bytes);

}  // namespace ws
