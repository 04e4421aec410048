// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../kernel/vm.hpp"

namespace ws {

/// Does the load or store that trapped at `ipa`, where the guest has no memory, with a device, and goes on behind it;
/// or has the guest take an external abort (KVM: io_mem_abort).
void emulate_mmio(Vcpu& vcpu, Ipa ipa);

}  // namespace ws
