// SPDX-License-Identifier: Apache-2.0
// What VIRTIO 1.2 says of a device behind virtio-mmio: its registers (4.2.2), the bits of Status (2.1), and the
// features that are no single device's (6). Names as there.
#pragma once

#include "../../arch/types.hpp"

namespace ws::virtio {

namespace mmio {
inline constexpr u32 kMagicValue = 0x000;
inline constexpr u32 kVersion = 0x004;
inline constexpr u32 kDeviceId = 0x008;
inline constexpr u32 kVendorId = 0x00c;
inline constexpr u32 kDeviceFeatures = 0x010;
inline constexpr u32 kDeviceFeaturesSel = 0x014;
inline constexpr u32 kDriverFeatures = 0x020;
inline constexpr u32 kDriverFeaturesSel = 0x024;
inline constexpr u32 kQueueSel = 0x030;
inline constexpr u32 kQueueNumMax = 0x034;
inline constexpr u32 kQueueNum = 0x038;
inline constexpr u32 kQueueReady = 0x044;
inline constexpr u32 kQueueNotify = 0x050;
inline constexpr u32 kInterruptStatus = 0x060;
inline constexpr u32 kInterruptAck = 0x064;
inline constexpr u32 kStatus = 0x070;
inline constexpr u32 kQueueDescLow = 0x080;
inline constexpr u32 kQueueDescHigh = 0x084;
inline constexpr u32 kQueueDriverLow = 0x090;
inline constexpr u32 kQueueDriverHigh = 0x094;
inline constexpr u32 kQueueDeviceLow = 0x0a0;
inline constexpr u32 kQueueDeviceHigh = 0x0a4;
inline constexpr u32 kShmLenLow = 0x0b0;
inline constexpr u32 kShmBaseHigh = 0x0bc;
inline constexpr u32 kConfigGeneration = 0x0fc;
inline constexpr u32 kConfig = 0x100;
inline constexpr u32 kBytes = 0x200;

inline constexpr u32 kMagic = 0x7472'6976;   // "virt"
inline constexpr u32 kVersion2 = 2;          // 1 is the legacy interface
inline constexpr u32 kVendor = 0x554d'4551;  // any number would do; QEMU's board has this one
}  // namespace mmio

namespace status {
inline constexpr u32 kAcknowledge = 1;
inline constexpr u32 kDriver = 2;
inline constexpr u32 kDriverOk = 4;
inline constexpr u32 kFeaturesOk = 8;
inline constexpr u32 kDeviceNeedsReset = 64;
inline constexpr u32 kFailed = 128;
}  // namespace status

/// Bits of InterruptStatus and InterruptACK.
namespace interrupt {
inline constexpr u32 kUsedBuffer = 1;
inline constexpr u32 kConfigurationChange = 2;
}  // namespace interrupt

namespace feature {
inline constexpr u64 kIndirectDesc = 1ULL << 28;
inline constexpr u64 kEventIdx = 1ULL << 29;
inline constexpr u64 kVersion1 = 1ULL << 32;
}  // namespace feature

}  // namespace ws::virtio
