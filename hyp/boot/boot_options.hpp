// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "board_info.hpp"

namespace ws {

/// Reads the hypervisor's command line; panics on an option that it does not know.
BootOptions parse_boot_options(const char* text);

}  // namespace ws
