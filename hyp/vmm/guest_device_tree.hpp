// SPDX-License-Identifier: Apache-2.0
// The device tree that a guest is given: QEMU's virt board with what of it this machine has.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct GuestMachine {
    u64 memory_start = 0x4000'0000;
    u64 memory_bytes = 0;
    u32 vcpus = 1;
    const char* bootargs = "";
    u64 initrd_start = 0, initrd_end = 0;  ///< both 0: none
    u64 gicd = 0x0800'0000;
    u64 gicd_bytes = 0x1'0000;
    u64 gicr = 0x080a'0000;
    u64 gicr_bytes = 0xf6'0000;  ///< room for 123 redistributors, of 128 KiB each
    u64 uart = 0x0900'0000;
    u64 uart_bytes = 0x1000;
    u32 uart_spi = 1;      ///< counted from INTID 32
    u32 virtio_slots = 0;  ///< a bit for each virtio-mmio slot that there is
    u64 virtio = 0x0a00'0000;
    u64 virtio_bytes = 0x200;  ///< of each slot
    u32 virtio_spi = 16;       ///< of slot 0
    bool is_ours = true;       ///< it serves the hypercalls of Worldswitch
};

/// MPIDR_EL1's affinity fields of a vCPU, as QEMU's virt board numbers them with a GICv3: clusters of 16, because
/// ICC_SGI1R_EL1 names 16 CPUs that differ in Aff0 at once.
constexpr u32 guest_cpu_affinity(u32 vcpu) { return (vcpu / 16) << 8 | vcpu % 16; }

/// Writes the tree into `buffer` (8-byte aligned). Returns its bytes, or 0 if it does not fit.
u32 write_guest_device_tree(const GuestMachine& machine, u8* buffer, u32 capacity);

}  // namespace ws
