// SPDX-License-Identifier: Apache-2.0
// A VM's RAM on demand: it is mapped at stage 2 when the guest touches it, in blocks of 2 MiB where they fit (KVM:
// user_mem_abort).
#pragma once

#include "vm.hpp"

namespace ws {

enum class Touch : u8 {
    mapped,             ///< it is there now, and allows what is wanted
    protected_memory,   ///< the guest had it protected against this
    out_of_tables,
};

/// The guest touched its memory at `ipa` and trapped.
Touch touch_memory(Vcpu& vcpu, Ipa ipa, Stage2::Rights wanted);

/// The hypercalls memory_release and memory_protect. False: not the guest's memory, not multiples of 4 KiB, or more than
/// kMostAtOnce.
inline constexpr u64 kMostAtOnce = Stage2::kBlockBytes;   // so that no guest keeps the CPU for long
bool release_memory(Vcpu& vcpu, Ipa ipa, u64 bytes);
bool protect_memory(Vcpu& vcpu, Ipa ipa, u64 bytes, Stage2::Rights rights);

/// All of the VM's memory is unmapped, as before its first instruction. None of its vCPUs runs.
void forget_protection(Vm& vm);

}  // namespace ws
