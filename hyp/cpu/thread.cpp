// SPDX-License-Identifier: Apache-2.0
#include "thread.hpp"

namespace ws {

namespace {

/// What switch_stacks expects to find on a stack.
struct alignas(16) SwitchFrame {
    u64 x29, x30;
    u64 x19_to_x28[10];
};
static_assert(sizeof(SwitchFrame) == 96);

}  // namespace

void prepare_thread(Thread& thread, u8* stack_top, ThreadMain main) {
    SwitchFrame* const frame = reinterpret_cast<SwitchFrame*>(stack_top) - 1;
    *frame = {};
    frame->x30 = reinterpret_cast<u64>(&thread_start);
    frame->x19_to_x28[0] = reinterpret_cast<u64>(main);
    frame->x19_to_x28[1] = reinterpret_cast<u64>(&thread);
    thread.stack_pointer = reinterpret_cast<u64>(frame);
}

}  // namespace ws
