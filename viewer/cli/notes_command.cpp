// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/notes_command.hpp"

#include <fmt/format.h>

#include <charconv>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/model/notes_and_tours/note_file.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {
namespace {

u64 event_of(const model::Trace& trace, const std::string& text) {
    u64 event = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), event);
    if (error != std::errc() || end != text.data() + text.size() || event >= trace.events().size()) {
        throw model::TraceError(trace.path().string(), fmt::format("has no event {}: it has {}, numbered from 0", text,
                                                                   trace.events().size()));
    }
    return event;
}

void change(const NotesArguments& arguments, const model::Trace& trace, model::NoteFile& notes) {
    for (const std::string& text : arguments.remove) {
        // Of a note whose event the trace has not, too: somebody may have mistyped it.
        u64 event = 0;
        std::from_chars(text.data(), text.data() + text.size(), event);
        if (std::to_string(event) != text || notes.remove(event) == 0) {
            throw model::TraceError(model::notes_file(trace).string(), fmt::format("has no note of an event {}", text));
        }
    }
    if (!arguments.add.empty()) notes.add(event_of(trace, arguments.add[0]), arguments.add[1]);
}

void print(const model::Trace& trace, const std::vector<model::Note>& notes) {
    for (const model::Note& note : notes) {
        const bool there = note.event < trace.events().size();
        const auto index = static_cast<model::EventIndex>(note.event);
        fmt::print("{:>8} {}  ({})\n", note.event, note.text,
                   there ? trace.event(index).info().name : "the trace has no such event");
    }
}

}  // namespace

int notes_command(const NotesArguments& arguments) {
    const model::Trace trace = open_trace(arguments.trace);
    const std::filesystem::path file = model::notes_file(trace);
    if (!arguments.add.empty() || !arguments.remove.empty()) {
        model::change_notes(file, [&](model::NoteFile& notes) { change(arguments, trace, notes); });
    }
    const std::vector<model::Note> notes = model::NoteFile::load(file).all();
    if (!arguments.json) {
        print(trace, notes);
        return 0;
    }
    Json list = Json::array();
    for (const model::Note& note : notes) {
        const bool there = note.event < trace.events().size();
        list.push_back({{"event", note.event}, {"text", note.text}});
        list.back()["kind"] =
            there ? Json(trace.event(static_cast<model::EventIndex>(note.event)).info().name) : Json();
    }
    print_json({{"file", file.string()}, {"notes", std::move(list)}});
    return 0;
}

}  // namespace ws::cli
