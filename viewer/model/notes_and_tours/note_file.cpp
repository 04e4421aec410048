// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/notes_and_tours/note_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <thread>

#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"
#include "viewer/model/base/trimmed.hpp"
#include "viewer/model/base/utf8.hpp"

namespace ws::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostText = 4096;

/// Why this cannot be the text of a note; empty if it can.
std::string problem_of(const std::string& text) {
    if (text.empty()) return "has no text";
    if (text.size() > kMostText) return fmt::format("has more than {} bytes", kMostText);
    if (!is_utf8(text)) return "is no UTF-8";
    if (has_controls(text)) return "has control characters; a note is one line of text";
    return "";
}

Note parse_note(const std::string& line, const std::string& where) {
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    const bool ends = digits == line.size() || line[digits] == ' ' || line[digits] == '\t';
    static constexpr std::size_t kMostDigits = 18;
    if (digits == 0 || digits > kMostDigits || !ends) {
        throw TraceError(where,
                         "a note begins with the number of an event: 985 what there is to say; a comment with #");
    }
    const std::string text = trimmed(line.substr(digits));
    const std::string problem = problem_of(text);
    if (!problem.empty()) throw TraceError(where, "the note " + problem);
    return {std::stoull(line.substr(0, digits)), text};
}

/// Whoever else wants to change notes waits as long as this lives. The lock is on the folder, since the notes' file is
/// another one after each change.
class Lock {
  public:
    Lock(const fs::path& notes, std::chrono::milliseconds patience) {
        const fs::path folder = notes.has_parent_path() ? notes.parent_path() : ".";
        file_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (file_ < 0) throw TraceError(notes.string(), fmt::format("cannot be written: {}", std::strerror(errno)));
        // A capture that goes on into this very folder keeps it locked to its end: that is not waited for.
        static constexpr std::chrono::milliseconds kPause{20};
        for (auto waited = kPause.zero(); waited < patience; waited += kPause) {
            if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
            std::this_thread::sleep_for(kPause);
        }
        ::close(file_);
        throw TraceError(notes.string(), "another program keeps the folder locked; try again when it has ended");
    }
    ~Lock() { ::close(file_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    int file_;
};

}  // namespace

NoteFile NoteFile::parse(const std::string& text, const std::string& file) {
    NoteFile notes;
    notes.file_ = file;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        const std::string where = fmt::format("{}:{}", file, notes.lines_.size() + 1);
        const std::string content = trimmed(line);
        Line one{line, {}};
        if (!content.empty() && content[0] != '#') one.note = parse_note(content, where);
        notes.lines_.push_back(std::move(one));
    }
    return notes;
}

NoteFile NoteFile::load(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) return parse("", file.string());
    if (!fs::is_regular_file(status)) throw TraceError(file.string(), "is no file of notes");
    static constexpr std::uintmax_t kMostBytes = 16U << 20;
    return parse(read_text_file(file, kMostBytes, "notes"), file.string());
}

std::vector<Note> NoteFile::all() const {
    std::vector<Note> notes;
    for (const Line& line : lines_) {
        if (line.note) notes.push_back(*line.note);
    }
    return notes;
}

void NoteFile::add(u64 event, const std::string& text) {
    const Note note{event, trimmed(text)};
    const std::string problem = problem_of(note.text);
    if (!problem.empty()) throw TraceError(file_, "the note " + problem);
    lines_.push_back({fmt::format("{} {}", event, note.text), note});
}

std::size_t NoteFile::remove(u64 event) {
    return std::erase_if(lines_, [event](const Line& line) { return line.note && line.note->event == event; });
}

void NoteFile::replace(u64 event, const std::vector<std::string>& before, const std::string& text) {
    const Note note{event, trimmed(text)};
    const std::string problem = note.text.empty() ? "" : problem_of(note.text);
    if (!problem.empty()) throw TraceError(file_, "the note " + problem);
    const auto replaced = [&](const Line& line) {
        return line.note && line.note->event == event &&
               std::find(before.begin(), before.end(), line.note->text) != before.end();
    };
    const auto first = std::find_if(lines_.begin(), lines_.end(), replaced);
    const auto place = first - lines_.begin();
    lines_.erase(std::remove_if(first, lines_.end(), replaced), lines_.end());
    if (note.text.empty()) return;
    lines_.insert(lines_.begin() + place, {fmt::format("{} {}", event, note.text), note});
}

std::string NoteFile::text() const {
    std::string all;
    for (const Line& line : lines_) all += line.text + "\n";
    return all;
}

fs::path notes_file(const Trace& trace) {
    const fs::path& path = trace.path();
    // The capture's own folder holds what was captured and nothing else; notes go into the run's.
    return (path.filename() == "trace" ? path.parent_path() : path) / "notes";
}

void change_notes(const fs::path& file, const std::function<void(NoteFile&)>& change,
                  std::chrono::milliseconds patience) {
    const Lock lock(file, patience);
    NoteFile notes = NoteFile::load(file);
    change(notes);
    write_atomically(file, notes.text());
}

}  // namespace ws::model
