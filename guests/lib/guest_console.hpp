// SPDX-License-Identifier: Apache-2.0
// Where a guest's text goes: by line to the hypervisor, or by character to the PL011.
#pragma once

namespace guest {

/// Sends what was printed by this CPU since its last end of line.
void flush_console();

}  // namespace guest
