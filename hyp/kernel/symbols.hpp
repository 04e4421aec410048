// SPDX-License-Identifier: Apache-2.0
// The names of the image's own functions, for backtraces. The build links twice: the second image carries a table made
// from the first one's symbols (cmake/symbols.cmake), placed behind the text so that no address moves.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct Symbol {
    u64 address;
    const char* name;
};

/// The function that `pc` is in, or {0, nullptr}.
Symbol find_symbol(u64 pc);

}  // namespace ws
