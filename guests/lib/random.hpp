// SPDX-License-Identifier: Apache-2.0
// Random numbers that repeat for the same seed.
#pragma once

#include "guest.hpp"

namespace guest {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
constexpr u64 mix(u64 z) {
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
}

class Random {
  public:
    constexpr explicit Random(u64 seed) : state_(seed) {}
    constexpr u64 next() { return mix(state_ += 0x9E37'79B9'7F4A'7C15); }
    /// 0 to `count` - 1.
    constexpr u64 below(u64 count) { return next() % count; }
    constexpr bool one_in(u64 count) { return below(count) == 0; }

  private:
    u64 state_;
};

/// The argument seed=, or 1.
inline u64 seed_argument() { return number_argument("seed", 1); }

}  // namespace guest
