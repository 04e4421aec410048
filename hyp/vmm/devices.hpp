// SPDX-License-Identifier: Apache-2.0
// The VM's virtio devices, each in the slot of QEMU's virt board: 0 the console, 1 entropy, 2 the disk, 3 the network.
// The board's other slots answer that nothing is in them.
#pragma once

#include "interface/run_area.hpp"
#include "virtio/vmm_guest_memory.hpp"

namespace ws::vmm {

/// Those that the boot page names.
void make_devices(const GuestMemory& memory);

/// Starts the thread that serves them.
void start_serving();

/// A bit for each slot with a device in it.
u32 device_slots();

/// All as they were made: the guest's machine was reset.
void reset_devices();

/// A guest's access. The answer goes into `area`.
void access_device(RunArea& area);

}  // namespace ws::vmm
