// SPDX-License-Identifier: Apache-2.0
// Parts of a panic's and of a guest crash's report.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// ESR_ELx by class and fields.
void print_syndrome(const char* name, u64 esr);

/// X0 to X30, four a line.
void print_general_registers(const u64* x);

}  // namespace ws
