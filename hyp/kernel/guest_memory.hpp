// SPDX-License-Identifier: Apache-2.0
// A VM's RAM on demand: it is mapped at stage 2 when the guest touches it, in blocks of 2 MiB where they fit (KVM:
// user_mem_abort). Each block is cleared when it is given out, to the guest or its VMM: what is never touched costs
// nothing, and nobody finds what was there before.
#pragma once

#include "vm.hpp"

namespace ws {

/// Takes the VM's RAM from the pool, as it is.
void open_guest_memory(Vm& vm);

/// All blocks that [ipa, ipa + bytes), which is in the VM's RAM, touches are the VM's own from here on: zeros, or what
/// it has there. Its VMM has them mapped.
void give_out_memory(Vm& vm, Ipa ipa, u64 bytes);

/// Where `bytes` of guest memory at `ipa` lie, given out, or null if that is not all guest RAM.
u8* guest_memory(Vm& vm, Ipa ipa, u64 bytes);

enum class Touch : u8 {
    mapped,            ///< it is there now, and allows what is wanted
    allowed,           ///< it was there already, and allows what is wanted
    protected_memory,  ///< the guest had it protected against this
    out_of_tables,
};

/// The guest touched its memory at `ipa` and trapped.
Touch touch_memory(Vcpu& vcpu, Ipa ipa, Stage2::Rights wanted);

/// The hypercalls memory_release and memory_protect. False: not the guest's memory, not multiples of 4 KiB, or more
/// than kMostAtOnce.
inline constexpr u64 kMostAtOnce = Stage2::kBlockBytes;  // so that no guest keeps the CPU for long
bool release_memory(Vcpu& vcpu, Ipa ipa, u64 bytes);
bool protect_memory(Vcpu& vcpu, Ipa ipa, u64 bytes, Stage2::Rights rights);

/// May the guest read its memory at `ipa`? What it has not touched yet it may.
bool may_read(Vm& vm, Ipa ipa);

/// All of the VM's memory is unmapped, as before its first instruction. None of its vCPUs runs.
void forget_protection(Vm& vm);

}  // namespace ws
