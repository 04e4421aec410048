// SPDX-License-Identifier: Apache-2.0
// What is shown of an event's places: source lines, instructions around, and the commands that bring GDB there.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/code/event_location.hpp"

namespace ws::model {

struct SourceLine {
    u32 number;
    std::string text;
};

/// Lines of a source file around one, at most `around` on each side. Empty if the file is not there.
std::vector<SourceLine> source_lines(const std::string& file, u32 line, u32 around);

/// Is a source file newer than the image, so that its lines may be others than those that were compiled?
bool changed_since(const Image& image, const std::string& file);

/// Rows of the image around one, at most `around` on each side.
std::pair<std::size_t, std::size_t> rows_around(const Image& image, std::size_t row, std::size_t around);

/// `lowvisor_run_vcpu+0x24`.
std::string symbol_text(const Image& image, std::size_t row);
/// `enter_exit.cpp:113`, without folders; the symbol where no line is known.
std::string short_place(const Image& image, std::size_t row);

/// How to bring GDB to an event.
struct DebugCommands {
    std::string shell;             ///< what to type in the project's folder
    std::vector<std::string> gdb;  ///< what to type in GDB then; empty where it is there already
    bool replays = false;          ///< does the shell's command replay this very run?
};
DebugCommands debug_commands(const EventLocations& locations, const std::vector<EventLocation>& of_event,
                             EventIndex event);
/// The argument vector of the shell's command, for a run that can be replayed.
std::vector<std::string> replay_arguments(const RunFiles& files, EventIndex event);

}  // namespace ws::model
