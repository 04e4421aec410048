// SPDX-License-Identifier: Apache-2.0
// What the hypervisor learns from the device tree that it is given. Copied out once, so that the tree's memory can be
// used for other things.
#pragma once

#include "../trace/format/layout.hpp"

namespace ws {

struct PaRange {
    Pa start;
    u64 bytes = 0;
    constexpr Pa end() const { return start + bytes; }
    constexpr bool overlaps(PaRange other) const { return start < other.end() && other.start < end(); }
};

/// A `multiboot,module` of /chosen: a guest's image, put into RAM by QEMU's guest-loader, and the `multiboot,ramdisk`
/// that lies next above it, if there is one.
struct Module {
    static constexpr u32 kMaxArguments = 1024;
    PaRange range;
    PaRange ramdisk;  ///< of no bytes: none
    char arguments[kMaxArguments];
};

/// What one VM is to be: vm.NAME for all of them, vmN.NAME for the N-th alone.
struct VmOptions {
    u64 memory = 0;                 ///< mem=BYTES
    u64 cpus = 1;                   ///< cpus=N
    u64 load = 0x8'0000;            ///< load=OFFSET: where a flat binary goes, from the start of RAM
    u32 pin[trace::kMaxCpus] = {};  ///< pin=CPU+CPU...: vCPU i runs on the i-th of them alone, modulo their number
    u32 pin_count = 0;              ///< 0: on any
    static constexpr u64 kNone = ~u64{0};
    u64 disk = kNone;      ///< disk=N: of the board's virtio-blk devices, from 0
    bool network = false;  ///< net: a port at the switch between the VMs
    u64 fault = 0;  ///< fault=N: its VMM is to do something wrong, when the guest first needs it (vmm/faults.hpp)
    bool virtio_console = false;  ///< console=virtio: what is typed goes there, not to the PL011
};

/// What /chosen's bootargs say, as `name=value` and `name`.
struct BootOptions {
    u64 reserve = 0;         ///< reserve=BYTES: the top of RAM for the run page and the trace
    bool selfcheck = false;  ///< selfcheck: verify the host's registers after every exit
    u64 vmids = 0;           ///< vmids=N: use so many VMIDs; 0 for all
    u64 slice = 2000;        ///< slice=MICROSECONDS: how long a vCPU runs while others wait
    VmOptions vms[8];
};

/// A virtio-mmio slot of the board: a device is in it or not.
struct VirtioSlot {
    Pa registers;
    u32 intid = 0;
    Pa page() const { return Pa(registers.value & ~u64{4095}); }
};

struct BoardInfo {
    static constexpr u32 kMaxModules = 8;
    static constexpr u32 kMaxVirtioSlots = 32;
    PaRange memory;
    u32 cpu_count = 0;
    u64 cpu_mpidr[trace::kMaxCpus] = {};
    PaRange uart;
    u32 uart_intid = 0;
    PaRange gic_distributor;
    PaRange gic_redistributors;
    u32 virtio_slot_count = 0;
    VirtioSlot virtio_slots[kMaxVirtioSlots];  ///< by address
    u32 module_count = 0;
    Module modules[kMaxModules];
    BootOptions options;
};

/// Reads the tree at `blob`. Panics with what is missing or wrong.
void read_board_info(const void* blob, BoardInfo& board);

extern BoardInfo board;

}  // namespace ws
