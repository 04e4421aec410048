// SPDX-License-Identifier: Apache-2.0
// Which of the redesign's optimisations this image has: WS_OPTIMISATIONS, a bit for each. The other designs do not use
// it; they are built with all bits set.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// In place of an optimisation that hyp/CMakeLists.txt does not say that this source asks for: it is no condition.
struct NotAsked {
    constexpr NotAsked(bool) {}
};
constexpr NotAsked operator&&(bool, NotAsked) { return false; }

template <bool asked>
struct AskedOptimisation {
    using Type = bool;
};
template <>
struct AskedOptimisation<false> {
    using Type = NotAsked;
};

struct Optimisations {
#define OPTIMISATION(bit, name, meaning) AskedOptimisation<(WS_ASKED_OPTIMISATIONS >> (bit) & 1) != 0>::Type name;
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
