// SPDX-License-Identifier: Apache-2.0
// The run page: the first page of the reserved part of RAM, where the host programs read how the run goes and ended.
#pragma once

#include "../trace/format/layout.hpp"

namespace ws {

/// Lays out the reserved part of RAM: the run page, then one ring a CPU.
void open_run_page(Pa reserved, u64 bytes, u32 cpu_count);

/// True once open_run_page() was called.
bool run_page_open();

trace::RunPage& run_page();

struct Vcpu;
/// Host programs find it from now on.
void show_vcpu(const Vcpu& vcpu);

/// Says how the run ended, stops the trace and switches the machine off.
[[noreturn]] void end_run(trace::Verdict verdict, u64 status, const char* message);

}  // namespace ws
