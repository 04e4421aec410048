// SPDX-License-Identifier: Apache-2.0
// The machine that a guest finds: what the VMM has the kernel make of it, and what it adds itself.
#pragma once

namespace ws::vmm {

/// The VM, its memory, its vCPUs, its devices.
void make_machine();

/// The guest into its memory, and vCPU 0 on: at the start, and after a reset.
void load_machine();

}  // namespace ws::vmm
