// SPDX-License-Identifier: Apache-2.0
// Lab 0: a guest of a student's own, with the traps that the student's seed asks for.
#include "guests/lib/guest.hpp"

namespace guest {

u64 main() {
    for (unsigned i = 0; i < 3; ++i) asm volatile("hvc #7" ::: "x0", "x1", "x2", "x3", "memory");
    u64 features;
    asm volatile("mrs %0, ID_AA64PFR0_EL1" : "=r"(features));
    return 0;
}

}  // namespace guest
