// SPDX-License-Identifier: Apache-2.0
// What the interrupt controller tells of itself. It does not know who listens:
// the kernel turns these into trace events.
#pragma once

#include "../trace/format/events.hpp"

namespace ws::vgic {

/// A step in the life of interrupt `intid` at `vcpu`, by the name that name_vcpus() gave it.
void note(u32 vcpu, u32 intid, trace::IrqChange change);
/// List register `number` of `vcpu` gets `value` at the vCPU's next entry.
void note_list_register(u32 vcpu, u32 number, u64 value);

}  // namespace ws::vgic
