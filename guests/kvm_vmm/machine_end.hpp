// SPDX-License-Identifier: Apache-2.0
// How the host's machine is switched off: there is nobody else on it.
#pragma once

namespace ws::kvm {

[[noreturn]] void end_machine();

}  // namespace ws::kvm
