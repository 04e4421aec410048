// SPDX-License-Identifier: Apache-2.0
// What system calls take and answer. Which there are stands in trace/format/enumerations.def.
#pragma once

#include "../../arch/types.hpp"

namespace ws::vmm {

/// The results of calls that failed, as numbers below zero.
enum class Error : i64 {
    unknown_call = -1,
    invalid = -2,  ///< an argument is out of range, or not for this VMM
    state = -3,    ///< not now: made already, or not yet
    full = -4,     ///< no more of these, or not now
    failed = -5,   ///< the board's device reports an error
};

// A vCPU's registers by number (KVM: the register ids of KVM_GET_ONE_REG). 0 to 30 are X0 to X30.
inline constexpr u64 kRegisterSpEl0 = 31;
inline constexpr u64 kRegisterPc = 32;
inline constexpr u64 kRegisterPstate = 33;
inline constexpr u64 kFirstSysreg = 0x100;  ///< plus the row of sysregs.def, of the classes el1 and user

// What `wait` answers; the lower bits are for the VMM's own kicks.
inline constexpr u32 kNetworkEvent = 1U << 16;  ///< a frame has come, or there is room again for one that was refused
inline constexpr u32 kConsoleEvent = 1U << 17;  ///< something was typed

/// The numbers are virtio's (VIRTIO 1.2, 5.2.6).
enum class DiskOperation : u32 { read = 0, write = 1, flush = 4 };

// What one call may move.
inline constexpr u64 kMaxFrameBytes = 1514;
inline constexpr u64 kMaxRandomBytes = 4096;
inline constexpr u64 kMaxTextBytes = 4096;
inline constexpr u64 kMaxMemoryBytes =
    2 * 1024 * 1024;  ///< clean_memory and disk_transfer; the kernel may have to clear it

}  // namespace ws::vmm
