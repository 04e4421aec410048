// SPDX-License-Identifier: Apache-2.0
#include "symbols.hpp"

namespace ws {

// Sorted by address; the last row's address ends the text and its name is null.
extern "C" const Symbol symbol_table[];
extern "C" const u64 symbol_count;

Symbol find_symbol(u64 pc) {
    u64 low = 0;
    u64 high = symbol_count;
    while (low < high) {
        const u64 middle = (low + high) / 2;
        if (symbol_table[middle].address <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || symbol_table[low - 1].name == nullptr) return {0, nullptr};
    return symbol_table[low - 1];
}

}  // namespace ws
