// SPDX-License-Identifier: Apache-2.0
#include "attempt.hpp"

#include "guest_machine.hpp"
#include "smp.hpp"

namespace guest {

namespace {

extern "C" char guest_image_start[], guest_bss_end[];

struct Attempt {
    bool open;
    Fault fault;
};
Attempt attempts[kMaxCpus];

}  // namespace

bool skip_attempted(Frame& frame) {
    Attempt& mine = attempts[cpu_index()];
    if (!mine.open || mine.fault.taken) return false;
    mine.fault.taken = true;
    mine.fault.frame = frame;
    const bool mine_to_skip = frame.pc >= reinterpret_cast<u64>(guest_image_start) &&
                              frame.pc < reinterpret_cast<u64>(guest_bss_end) &&
                              frame.exception_class() != kInstructionAbort;
    frame.pc = mine_to_skip ? frame.pc + 4 : frame.x[30];
    return true;
}

void begin_attempt() {
    Attempt& mine = attempts[cpu_index()];
    mine.fault.taken = false;
    mine.open = true;
}

const Fault& end_attempt() {
    Attempt& mine = attempts[cpu_index()];
    mine.open = false;
    return mine.fault;
}

}  // namespace guest
