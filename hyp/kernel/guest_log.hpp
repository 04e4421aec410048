// SPDX-License-Identifier: Apache-2.0
// What the log says of a guest. A guest can do what is logged as often as it likes: of each VM there are so many lines,
// and no more.
#pragma once

#include "../arch/registers.hpp"

namespace ws {

struct Vm;

/// Before a line on the VM: false when there were enough.
bool may_log(const Vm& vm);

/// The guest accessed a system register that the hypervisor does not know: a line, once for each register.
void log_unknown_register(Vm& vm, SysregEncoding encoding, bool is_read, u64 pc);

}  // namespace ws
