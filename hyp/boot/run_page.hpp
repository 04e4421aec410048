// SPDX-License-Identifier: Apache-2.0
// The run page: the first page of the reserved part of RAM, where the host programs read how the run goes and ended,
// and where the rings are.
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

/// Copies what fits of `text` into one of the page's texts, which has `room` bytes.
inline void copy_text(char* to, std::size_t room, const char* text) {
    std::size_t i = 0;
    for (; i + 1 < room && text[i] != '\0'; ++i) to[i] = text[i];
    to[i] = '\0';
}

}  // namespace ws
