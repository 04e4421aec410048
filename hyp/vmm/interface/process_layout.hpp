// SPDX-License-Identifier: Apache-2.0
// A VMM's address space. The kernel makes it: below kStart everything is the kernel's.
#pragma once

#include "../../arch/types.hpp"

namespace ws::vmm {

inline constexpr UserVa kStart{0x40'0000'0000};
inline constexpr UserVa kImage = kStart;               ///< code, constants and data of the program
inline constexpr UserVa kBootPage{0x40'1000'0000};     ///< boot_page.hpp
inline constexpr UserVa kRunAreas{0x40'2000'0000};     ///< run_area.hpp, a page a vCPU
inline constexpr UserVa kStacks{0x40'3000'0000};       ///< kStackSpacing a thread, the stack at its upper end
inline constexpr UserVa kGuestMemory{0x50'0000'0000};  ///< the guest's RAM
inline constexpr UserVa kGuestImages{0x60'0000'0000};  ///< what the guest is loaded from
inline constexpr UserVa kGuestRamdisk{0x70'0000'0000};
inline constexpr UserVa kEnd{0x80'0000'0000};

inline constexpr u64 kStackBytes = 32 * 1024;
inline constexpr u64 kStackSpacing = 64 * 1024;  ///< what runs over a stack's end finds nothing mapped

}  // namespace ws::vmm
