// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// A stage 2 abort came on a walk of the guest's stage 1 (ISS.S1PTW): the level of the descriptor that it was about,
/// which no register tells. False: the tables lead elsewhere by now (KVM of Linux 6.6 does not tell the level).
bool find_walk_level(const Vcpu& vcpu, int& level);

}  // namespace ws
