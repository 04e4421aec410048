// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guests/lib/guest.hpp"

namespace guest {

/// Stage 1 walks that end in an abort. The MMU is on, and on as before afterwards.
void check_walks_of_nothing();
void check_updates_by_walks();

void check_debug_registers();
void check_firmware();

/// Nothing has written to the UART yet.
void check_uart();
void check_interrupt_controller();

/// AArch32 code at EL0. The MMU is on, and on as before afterwards.
void check_aarch32();

}  // namespace guest
