// SPDX-License-Identifier: Apache-2.0
// The board's serial port (Arm DDI 0183).
#pragma once

#include "../../arch/types.hpp"

namespace ws::pl011 {

/// Where the port is. Before the device tree was read it is where QEMU's virt board has it.
void set_base(Pa base);
void put(char character);

/// Interrupts for received characters on or off; the interrupt is level-sensitive.
void enable_receive_interrupt(bool on);
/// The next received character, or -1 if there is none.
int get();

}  // namespace ws::pl011
