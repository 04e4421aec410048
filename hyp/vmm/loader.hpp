// SPDX-License-Identifier: Apache-2.0
// Puts a guest's image, ramdisk and device tree into its memory, where guest_placement.hpp says.
#pragma once

#include "interface/boot_page.hpp"
#include "virtio/vmm_guest_memory.hpp"

namespace ws::vmm {

struct GuestEntry {
    Ipa entry;
    Ipa device_tree;
};

/// Gives up with a message where something does not fit. `virtio_slots`: a bit for each slot with a device.
GuestEntry load_guest(const BootPage& boot, const GuestMemory& memory, u32 virtio_slots);

}  // namespace ws::vmm
