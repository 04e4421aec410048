// SPDX-License-Identifier: Apache-2.0
// What the interrupt controller told since the last clear().
#pragma once

#include <string>

#include "hyp/vgic/trace_hooks.hpp"

namespace ws::test {

/// As "raised 0/27 listed 0/27 ": the step, the vCPU, the interrupt. Kept only while `on`.
struct NotesLog {
    bool on = false;
    std::string text;
    u32 list_registers = 0;
};
extern NotesLog notes;

}  // namespace ws::test
