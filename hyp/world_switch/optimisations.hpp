// SPDX-License-Identifier: Apache-2.0
// Which of the redesign's optimisations this image has: WS_OPTIMISATIONS, a bit for each. The other designs do not use
// it; they are built with all bits set.
#pragma once

#include "../arch/types.hpp"

namespace ws {

// The build makes anew, for each set of optimisations, only those sources for which it defines this
// (hyp/CMakeLists.txt).
static_assert(WS_ABLATED_SOURCE);

struct Optimisations {
#define OPTIMISATION(bit, name, meaning) bool name;
#include "../trace/format/optimisations.def"
#undef OPTIMISATION
};

constexpr Optimisations optimisations_of(u64 number) {
    return {
#define OPTIMISATION(bit, name, meaning) .name = (number >> (bit) & 1) != 0,
#include "../trace/format/optimisations.def"
#undef OPTIMISATION
    };
}

inline constexpr Optimisations kOptimisations = optimisations_of(WS_OPTIMISATIONS);

}  // namespace ws
