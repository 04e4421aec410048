// SPDX-License-Identifier: Apache-2.0
// Doing what may fail with an exception, and looking at the exception afterwards.
#pragma once

#include "exceptions.hpp"

namespace guest {

struct Fault {
    bool taken;
    Frame frame;
    explicit operator bool() const { return taken; }
};

/// The exception handler that attempt() needs. It skips the instruction; from a failed instruction fetch, or an
/// exception outside the guest's image, it returns to where X30 points.
bool skip_attempted(Frame& frame);

void begin_attempt();
const Fault& end_attempt();

/// Calls `f`, in which one exception may be taken: what it was, or nothing.
template <class F>
const Fault& attempt(F f) {
    set_exception_handler(skip_attempted);
    begin_attempt();
    f();
    return end_attempt();
}

inline constexpr u64 kInstructionAbort = 0x21;
inline constexpr u64 kDataAbort = 0x25;
inline constexpr u64 kUndefined = 0x00;
inline constexpr u64 kExternalAbort = 0x10;    ///< fault status, not on a table walk
inline constexpr u64 kPermissionFault = 0x0c;  ///< and the level in the two low bits
inline constexpr u64 kAbortWrite = 1 << 6;     ///< ISS.WnR

/// Jumps to an address as to a function.
inline void jump_to(u64 address) {
    asm volatile("blr %0" ::"r"(address)
                 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                   "x16", "x17", "x18", "x30", "cc", "memory");
}

}  // namespace guest
