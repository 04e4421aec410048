// SPDX-License-Identifier: Apache-2.0
// The run page: the first page of the reserved part of RAM, where the host programs read how the run goes and ended,
// and where the rings are.
#pragma once

#include "format/layout.hpp"

namespace ws {

/// Where it is: nobody has it before.
void set_run_page(Pa at);

/// True once set_run_page() was called.
bool run_page_open();

trace::RunPage& run_page();

/// Copies as much of `text` as fits into one of the page's texts.
template <std::size_t bytes>
void copy_text(char (&to)[bytes], const char* text) {
    std::size_t i = 0;
    for (; i + 1 < bytes && text[i] != '\0'; ++i) to[i] = text[i];
    to[i] = '\0';
}

}  // namespace ws
