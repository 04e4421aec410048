// SPDX-License-Identifier: Apache-2.0
// The hypervisor's image in memory: what image.ld placed, and how each part may be used.
#pragma once

#include "address_space.hpp"

namespace ws {

extern "C" char image_start[], text_end[], rodata_end[], image_end[];

inline Pa image_address(const char* symbol) { return Pa(reinterpret_cast<u64>(symbol)); }

/// Maps the image into `space`: code to execute, constants to read, data to write.
inline void map_image(AddressSpace& space) {
    const Pa start = image_address(image_start), code = image_address(text_end);
    const Pa constants = image_address(rodata_end), end = image_address(image_end);
    space.map(start, code - start, Access::read_execute);
    space.map(code, constants - code, Access::read_only);
    space.map(constants, end - constants, Access::read_write);
}

}  // namespace ws
