// SPDX-License-Identifier: Apache-2.0
// What the kernel writes into the run page (trace/run_page.hpp): its vCPUs, and how the run ended.
#pragma once

#include "../trace/format/layout.hpp"

namespace ws {

struct Vcpu;
/// Host programs find it from now on.
void show_vcpu(const Vcpu& vcpu);

/// Says how the run ended, stops the trace and switches the machine off.
[[noreturn]] void end_run(trace::Verdict verdict, u64 status, const char* message);

}  // namespace ws
