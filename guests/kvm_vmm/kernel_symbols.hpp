// SPDX-License-Identifier: Apache-2.0
// The host kernel's own list of its functions, for whoever watches the machine from outside.
#pragma once

#include "hyp/arch/types.hpp"

namespace ws::kvm {

/// Copies /proc/kallsyms to the physical address `to`, where Linux was told that there is no memory (mem=): its length
/// in 8 bytes, then its text.
void leave_symbols(u64 to, u64 room);

}  // namespace ws::kvm
