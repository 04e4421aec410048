// SPDX-License-Identifier: Apache-2.0
// A virtio-mmio slot without a device. It says that it is one, with the device ID 0, on which a driver has to leave it
// alone (VIRTIO 1.2, 4.2.2, 4.2.3.1.1); so a guest may look into every place where the board could have a device.
#pragma once

#include "mmio_layout.hpp"

namespace ws::virtio {

/// An access of the guest: writes are ignored.
constexpr u32 read_empty_slot(u32 offset, u32 bytes) {
    if (bytes != 4) return 0;
    switch (offset) {
        case mmio::kMagicValue: return mmio::kMagic;
        case mmio::kVersion: return mmio::kVersion2;
        case mmio::kVendorId: return mmio::kVendor;
        default: return 0;  // DeviceID among them
    }
}

}  // namespace ws::virtio
