// SPDX-License-Identifier: Apache-2.0
// `wstrace notes`: what people have written down about events of a run.
#pragma once

#include <string>
#include <vector>

namespace ws::cli {

struct NotesArguments {
    std::string trace;
    std::vector<std::string> add;     ///< an event's number and a text, or nothing
    std::vector<std::string> remove;  ///< events' numbers
    bool json = false;
};
int notes_command(const NotesArguments& arguments);

}  // namespace ws::cli
