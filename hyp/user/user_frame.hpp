// SPDX-License-Identifier: Apache-2.0
// What the kernel keeps of a thread's user side while the kernel runs.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct alignas(16) UserFrame {
    u64 x[31];
    u64 sp;  ///< SP_EL0
    u64 pc;
    u64 pstate;
    u64 vector;  ///< of the exception that ended its run: offset divided by 0x80
};

/// user_entry.S: runs the thread at EL0 until the next exception, which own::ESR and own::FAR tell of (Linux:
/// ret_to_user and el0t_64_sync).
extern "C" void run_user(UserFrame& frame);

}  // namespace ws
