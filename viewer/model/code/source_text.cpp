// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace ws::model {
namespace {

/// As a shell takes it for one word.
std::string quoted(const std::string& word) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string("_-./=+,:@%").find(static_cast<char>(c)) != std::string::npos;
    });
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string command_line(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
    return line;
}

}  // namespace

std::vector<SourceLine> source_lines(const std::string& file, u32 line, u32 around) {
    std::vector<SourceLine> lines;
    if (line == 0) return lines;
    std::ifstream in(file);
    std::string text;
    for (u32 number = 1; number <= line + around && std::getline(in, text); ++number) {
        if (number + around >= line) lines.push_back({number, text});
    }
    // A file that ends before the line is another one.
    if (!lines.empty() && lines.back().number < line) lines.clear();
    return lines;
}

bool changed_since(const Image& image, const std::string& file) {
    std::error_code problem;
    const auto written = std::filesystem::last_write_time(file, problem);
    return !problem && image.built() && written > *image.built();
}

std::pair<std::size_t, std::size_t> rows_around(const Image& image, std::size_t row, std::size_t around) {
    return {row - std::min(row, around), std::min(image.size(), row + around + 1)};
}

std::string symbol_text(const Image& image, std::size_t row) {
    const u64 offset = image.offset(row);
    return offset == 0 ? image.symbol(row) : fmt::format("{}+{:#x}", image.symbol(row), offset);
}

std::string short_place(const Image& image, std::size_t row) {
    const std::vector<Frame> frames = image.frames(row);
    const Frame* frame = telling_frame(frames);
    if (frame == nullptr || frame->line == 0) return symbol_text(image, row);
    return fmt::format("{}:{}", frame->file.substr(frame->file.rfind('/') + 1), frame->line);
}

std::vector<std::string> replay_arguments(const RunFiles& files, EventIndex event) {
    return {"scripts/ws", "debug", "--replay", files.folder.string(), "--at", std::to_string(event)};
}

DebugCommands debug_commands(const EventLocations& locations, const std::vector<EventLocation>& of_event,
                             EventIndex event) {
    DebugCommands commands;
    if (!locations.files()) return commands;
    if (locations.files()->recorded) {
        commands.shell = command_line(replay_arguments(*locations.files(), event));
        commands.gdb.push_back(fmt::format("hyp goto {}", event));
        commands.replays = true;
        return commands;
    }
    std::vector<std::string> words = {"scripts/ws", "debug"};
    words.insert(words.end(), locations.files()->machine.begin(), locations.files()->machine.end());
    commands.shell = command_line(words);
    for (const EventLocation& location : of_event) {
        if (!location.row || !location.address) continue;
        const bool in_hypervisor = location.image == of_event.front().image;
        commands.gdb.push_back(in_hypervisor ? fmt::format("hbreak *{:#x}", *location.address)
                                             : fmt::format("hyp break *{:#x} @guest", *location.address));
    }
    return commands;
}

}  // namespace ws::model
