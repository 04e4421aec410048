// SPDX-License-Identifier: Apache-2.0
// Where an event happened: symbol, source line, instruction, and what to type to have GDB stop there.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/code/source_text.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {
namespace {

using model::EventLocation;
using model::Frame;
using model::Image;

constexpr u32 kLinesAround = 3;
constexpr std::size_t kRowsAround = 4;

Json json_of(const std::vector<Frame>& frames) {
    Json list = Json::array();
    for (const Frame& frame : frames) {
        list.push_back({{"function", frame.function}, {"file", model::shown_file(frame.file)}, {"line", frame.line}});
    }
    return list;
}

Json json_of_instructions(const Image& image, std::size_t row) {
    Json list = Json::array();
    const auto [first, last] = model::rows_around(image, row, kRowsAround);
    for (std::size_t i = first; i < last; ++i) {
        list.push_back({{"address", image.at(i).address}, {"text", image.at(i).text}, {"here", i == row}});
    }
    return list;
}

Json json_of_lines(const Frame& frame) {
    Json list = Json::array();
    for (const model::SourceLine& line : model::source_lines(frame.file, frame.line, kLinesAround)) {
        list.push_back({{"line", line.number}, {"text", line.text}, {"here", line.number == frame.line}});
    }
    return list;
}

Json json_of_row(const Image& image, std::size_t row) {
    const std::vector<Frame> frames = image.frames(row);
    const Frame* frame = model::telling_frame(frames);
    Json json = {{"address", image.at(row).address}, {"symbol", image.symbol(row)}, {"offset", image.offset(row)}};
    json["file"] = frame != nullptr ? Json(model::shown_file(frame->file)) : Json();
    json["line"] = frame != nullptr && frame->line != 0 ? Json(frame->line) : Json();
    json["frames"] = json_of(frames);
    json["instruction"] = image.at(row).text;
    json["instructions"] = json_of_instructions(image, row);
    json["source_changed"] = frame != nullptr && model::changed_since(image, frame->file);
    json["source"] = frame != nullptr ? json_of_lines(*frame) : Json::array();
    return json;
}

Json json_of(const EventLocation& location) {
    Json json = {{"what", location.what}, {"image", location.image ? Json(location.image->name()) : Json()}};
    if (location.row) {
        json.update(json_of_row(*location.image, *location.row));
    } else {
        json["address"] = location.address ? Json(*location.address) : Json();
        if (model::one_line_of(location)) {
            const Json known = json_of_row(*location.image, location.either.front());
            for (const char* key : {"file", "line", "source"}) json[key] = known[key];
        }
    }
    json["problem"] = location.problem.empty() ? Json() : Json(location.problem);
    Json either = Json::array();
    for (const std::size_t row : location.either) either.push_back(json_of_row(*location.image, row));
    json["either"] = std::move(either);
    return json;
}

/// `hyp/world_switch/split/enter_exit.cpp:113 (save_host_el1)`.
std::string frame_text(const Frame& frame) {
    return fmt::format("{}:{} ({})", model::shown_file(frame.file), frame.line, frame.function);
}

void print_lines(const Image& image, std::size_t row) {
    const std::vector<Frame> frames = image.frames(row);
    const Frame* frame = model::telling_frame(frames);
    if (frame == nullptr || frame->line == 0) return;
    fmt::print("  {}\n", frame_text(*frame));
    for (const Frame* outer = frame + 1; outer != frames.data() + frames.size(); ++outer) {
        fmt::print("    inlined into {}\n", frame_text(*outer));
    }
    const auto lines = model::source_lines(frame->file, frame->line, kLinesAround);
    if (!lines.empty()) fmt::print("\n");
    if (model::changed_since(image, frame->file))
        fmt::print("  (the file has changed since: these may be other lines)\n");
    for (const model::SourceLine& line : lines) {
        fmt::print("  {} {:>4}  {}\n", line.number == frame->line ? ">" : " ", line.number, line.text);
    }
}

void print_row(const Image& image, std::size_t row) {
    fmt::print("  {:#x}  {} of {}\n", image.at(row).address, model::symbol_text(image, row), image.name());
    print_lines(image, row);
    fmt::print("\n");
    const auto [first, last] = model::rows_around(image, row, kRowsAround);
    for (std::size_t i = first; i < last; ++i) {
        fmt::print("  {} {:#x}  {}\n", i == row ? ">" : " ", image.at(i).address, image.at(i).text);
    }
}

void print_location(const EventLocation& location) {
    fmt::print("\n{}\n", strong(location.what));
    if (location.row) return print_row(*location.image, *location.row);
    fmt::print("  {}{}\n", location.address ? fmt::format("{:#x}: ", *location.address) : "", location.problem);
    for (const std::size_t row : location.either) {
        fmt::print("    {:#x}  {}  {}\n", location.image->at(row).address, model::short_place(*location.image, row),
                   model::symbol_text(*location.image, row));
    }
    if (model::one_line_of(location)) print_lines(*location.image, location.either.front());
}

}  // namespace

int source_command(const SourceArguments& arguments) {
    const model::Trace trace = open_trace(arguments.trace);
    if (arguments.event >= trace.events().size()) {
        throw model::TraceError(arguments.trace, fmt::format("has no event {}: it has {}, numbered from 0",
                                                             arguments.event, trace.events().size()));
    }
    const auto index = static_cast<model::EventIndex>(arguments.event);
    const model::EventLocations locations(trace);
    const std::vector<EventLocation> of_event = locations.of(index);
    const model::DebugCommands commands = model::debug_commands(locations, of_event, index);
    const model::Event event = trace.event(index);
    if (arguments.json) {
        Json list = Json::array();
        for (const EventLocation& location : of_event) list.push_back(json_of(location));
        print_json({{"event", index},
                    {"cpu", event.cpu()},
                    {"kind", event.info().name},
                    {"places", std::move(list)},
                    {"debug", {{"shell", commands.shell}, {"gdb", commands.gdb}, {"replays", commands.replays}}}});
        return 0;
    }
    fmt::print("event {} on CPU {}: {} {}\n", index, event.cpu(), event.info().name, model::one_line(trace, event));
    for (const EventLocation& location : of_event) print_location(location);
    if (commands.shell.empty()) return 0;
    fmt::print("\n{}\n  {}\n", strong("in GDB"), commands.shell);
    for (const std::string& line : commands.gdb) {
        fmt::print("    {}{}\n", line, commands.replays ? "    (in a session that is open)" : "");
    }
    return 0;
}

}  // namespace ws::cli
