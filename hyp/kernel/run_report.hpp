// SPDX-License-Identifier: Apache-2.0
// The end of a run, as the host programs read it in the run page.
#pragma once

#include "../trace/format/layout.hpp"

namespace ws {

/// Says how the run ended, stops the trace and switches the machine off.
[[noreturn]] void end_run(trace::Verdict verdict, u64 status, const char* message);

}  // namespace ws
