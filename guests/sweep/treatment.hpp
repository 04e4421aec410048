// SPDX-License-Identifier: Apache-2.0
// How the sweep may treat a register without ending its own guest: which bits it may write, and whether what it reads
// stays.
#pragma once

#include "probe.hpp"

namespace guest {

struct Treatment {
    bool read = true;     ///< false: to read it has an effect
    bool compare = true;  ///< false: it changes by itself
    bool write = true;    ///< false: to write it has an effect on others than itself
    u64 bits = ~u64{0};   ///< those that get a pattern; the others stay as they were found
    u64 ones = 0;         ///< those that are always written as one
};

/// Before treatment().
void make_treatments();
/// Of the encoding with this number; most registers take any value.
Treatment treatment(u32 number);

}  // namespace guest
