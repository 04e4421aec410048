// SPDX-License-Identifier: Apache-2.0
// Notes on events of a run, in a text file beside its trace that a person may edit as well: a line a note, the event's
// number and the text. What follows a # at a line's start is a comment; empty lines count for nothing.
//
//   # what I saw
//   985 the second trap: why is it there?
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

struct Note {
    u64 event;
    std::string text;
    friend bool operator==(const Note&, const Note&) = default;
};

class NoteFile {
  public:
    /// `file` is for messages. Throws TraceError with file and line: no number, no text, no UTF-8.
    static NoteFile parse(const std::string& text, const std::string& file);
    /// The notes of a run, none if there is no file. Throws TraceError.
    static NoteFile load(const std::filesystem::path& file);

    /// In the order of the file.
    std::vector<Note> all() const;
    /// Adds a note at the end. Throws TraceError if the text cannot be a note: it is empty, of several lines, or no
    /// UTF-8.
    void add(u64 event, const std::string& text);
    /// Takes away all notes of an event; returns how many.
    std::size_t remove(u64 event);
    /// Puts a note in the place of those of the event's that are among `before`, or takes them away if the text is
    /// empty. Other notes of the event stay. Throws TraceError, as add() does.
    void replace(u64 event, const std::vector<std::string>& before, const std::string& text);
    /// What parse() reads: comments and empty lines stay where they are.
    std::string text() const;

  private:
    struct Line {
        std::string text;  ///< as it is in the file
        std::optional<Note> note;
    };
    std::string file_;
    std::vector<Line> lines_;
};

/// Where a run's notes are: beside its trace.
std::filesystem::path notes_file(const Trace& trace);

/// Reads the notes anew, changes them and writes them, whole or not at all; meanwhile no other program that does so
/// gets in between, so that nobody's notes are lost; as long as that is waited for `patience`. Throws TraceError, and
/// what `change` does.
void change_notes(const std::filesystem::path& file, const std::function<void(NoteFile&)>& change,
                  std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace ws::model
