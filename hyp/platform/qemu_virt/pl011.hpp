// SPDX-License-Identifier: Apache-2.0
// The board's serial port, transmit only (Arm DDI 0183).
#pragma once

#include "../../arch/types.hpp"

namespace ws::pl011 {

/// Where the port is. Before the device tree was read it is where QEMU's virt board has it.
void set_base(Pa base);
void put(char character);

}  // namespace ws::pl011
