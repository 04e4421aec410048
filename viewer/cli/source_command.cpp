// SPDX-License-Identifier: Apache-2.0
// Where an event happened: symbol, source line, instruction, and what to type to have GDB stop there.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/code/source_text.hpp"

namespace ws::cli {
namespace {

using model::Frame;
using model::Image;
using model::Place;

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

Json json_of(const Place& place) {
    Json json = {{"what", place.what}, {"image", place.image ? Json(place.image->name()) : Json()}};
    if (place.row) {
        json.update(json_of_row(*place.image, *place.row));
    } else {
        json["address"] = place.address ? Json(*place.address) : Json();
        if (model::one_line_of(place)) {
            const Json known = json_of_row(*place.image, place.either.front());
            for (const char* key : {"file", "line", "source"}) json[key] = known[key];
        }
    }
    json["problem"] = place.problem.empty() ? Json() : Json(place.problem);
    Json either = Json::array();
    for (const std::size_t row : place.either) either.push_back(json_of_row(*place.image, row));
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

void print_place(const Place& place) {
    fmt::print("\n{}\n", strong(place.what));
    if (place.row) return print_row(*place.image, *place.row);
    fmt::print("  {}{}\n", place.address ? fmt::format("{:#x}: ", *place.address) : "", place.problem);
    for (const std::size_t row : place.either) {
        fmt::print("    {:#x}  {}  {}\n", place.image->at(row).address, model::short_place(*place.image, row),
                   model::symbol_text(*place.image, row));
    }
    if (model::one_line_of(place)) print_lines(*place.image, place.either.front());
}

}  // namespace

int source_command(const SourceArguments& arguments) {
    const model::Trace trace = open_trace(arguments.trace);
    if (arguments.event >= trace.events().size()) {
        throw model::TraceError(arguments.trace, fmt::format("has no event {}: it has {}, numbered from 0",
                                                             arguments.event, trace.events().size()));
    }
    const auto index = static_cast<model::EventIndex>(arguments.event);
    const model::Places places(trace);
    const std::vector<Place> of_event = places.of(index);
    const model::DebugCommands commands = model::debug_commands(places, of_event, index);
    const model::Event event = trace.event(index);
    if (arguments.json) {
        Json list = Json::array();
        for (const Place& place : of_event) list.push_back(json_of(place));
        print_json({{"event", index},
                    {"cpu", event.cpu()},
                    {"kind", event.info().name},
                    {"places", std::move(list)},
                    {"debug", {{"shell", commands.shell}, {"gdb", commands.gdb}, {"replays", commands.replays}}}});
        return 0;
    }
    fmt::print("event {} on CPU {}: {} {}\n", index, event.cpu(), event.info().name, model::one_line(trace, event));
    for (const Place& place : of_event) print_place(place);
    if (commands.shell.empty()) return 0;
    fmt::print("\n{}\n  {}\n", strong("in GDB"), commands.shell);
    for (const std::string& line : commands.gdb) {
        fmt::print("    {}{}\n", line, commands.replays ? "    (in a session that is open)" : "");
    }
    return 0;
}

}  // namespace ws::cli
