// SPDX-License-Identifier: Apache-2.0
// What all checks share: interrupts that are pended, and the order in which they were taken.
#pragma once

#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"

namespace guest {

inline constexpr u32 kSgis = 16;
inline constexpr u8 kIdlePriority = 0xff;
inline constexpr u64 kMaxTaken = 128;

/// What happened since begin(): the interrupts in the order in which their handlers began and ended.
struct History {
    u64 begun, ended;
    u32 begin[kMaxTaken];
    u32 end[kMaxTaken];
};
extern History history;

/// Called in the handler of each interrupt, between its acknowledge and its end.
using InHandler = void (*)(u32 intid);

/// Forgets the history; from now on handlers call `in_handler`, which may be null.
void begin(InHandler in_handler = nullptr);
/// The priority that `intid` has, from the controller.
u8 priority_of(u32 intid);
/// Runs with interrupts unmasked until `count` handlers ended; then a little longer, in which no more may come.
void expect_all_taken(u64 count, const char* what);
/// No handler begins although interrupts are unmasked.
void expect_none_taken(const char* what);

u8 running_priority();
/// EOImode 1: EOIR drops the priority only, DIR deactivates.
void set_split_end(bool split);

/// Interrupts that can be pended by software: all SGIs, some PPIs and SPIs without a device.
extern const u32 kPendable[];
extern const u64 kPendableCount;
/// Pends any interrupt: an SGI to this CPU, or ISPENDR.
void pend(u32 intid);

void on_irq(u32 intid);

// The checks.
void check_order(Random& random);
void check_preemption();
void check_binary_point();
void check_priority_mask();
void check_end_modes();
void check_many_pending(Random& random);
void check_pending_again();
void check_bits();
void check_active_bit();
void check_group_enables();
void check_uart_line();

}  // namespace guest
