// SPDX-License-Identifier: Apache-2.0
// A terminal with a command in it, which outlives this program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ws::app {

/// Opens a terminal, $TERMINAL or else x-terminal-emulator, that runs the command in a folder. False if there is none.
bool open_terminal(const std::vector<std::string>& command, const std::filesystem::path& folder);

}  // namespace ws::app
