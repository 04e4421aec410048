// SPDX-License-Identifier: Apache-2.0
// What a VMM is told of the machine that it is to build: a page that it can read.
#pragma once

#include "../../arch/types.hpp"

namespace ws::vmm {

struct BootPage {
    u32 vm;  ///< its number, from 1
    u32 vcpus;
    u64 memory_bytes;  ///< of the guest's RAM, mapped at kGuestMemory
    u64 load_offset;   ///< where a flat image goes, from the start of RAM
    UserVa image;      ///< the guest's image, in the range of kGuestImages
    u64 image_bytes;
    UserVa ramdisk;
    u64 ramdisk_bytes;  ///< 0: none
    u64 disk_sectors;   ///< of 512 bytes; 0: the VM has no disk
    u8 disk_read_only;
    u8 has_network;
    u8 mac[6];  ///< the VM's address at the switch
    u8 has_entropy;
    u8 fault;              ///< faults.hpp; 0: none
    char arguments[1024];  ///< the guest's, NUL-terminated
};
static_assert(sizeof(BootPage) <= 4096);

}  // namespace ws::vmm
