// SPDX-License-Identifier: Apache-2.0
// What a VMM can ask the kernel for: the enumeration system_call in trace/format/enumerations.def says what, and which
// of KVM's calls it is like.
#pragma once

#include "process.hpp"

namespace ws {

/// The thread executed SVC: is it `run`, which its caller handles?
bool is_run_call(UserThread& user);

/// Any other call: the result goes to X0.
void handle_system_call(UserThread& user);

}  // namespace ws
