// SPDX-License-Identifier: Apache-2.0
// An event in a few words, for lists and tooltips: without the numbers that the decoded event shows.
#pragma once

#include <string>

#include "viewer/model/trace/trace.hpp"

namespace ws::view {

std::string brief(const model::Trace& trace, const model::Event& event);

/// The same for the events of the machine that guests see: devices, interrupts, timers, memory, the scheduler. Empty
/// for all others.
std::string brief_of_machine(const model::Trace& trace, const model::Event& event);

/// The cause whose colour such an event has in the time line, or null for an event that has no mark there.
const char* cause_of_mark(const model::Event& event);

}  // namespace ws::view
