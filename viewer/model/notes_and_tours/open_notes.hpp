// SPDX-License-Identifier: Apache-2.0
// The notes of a run that is open, as they are in their file: somebody may change that meanwhile, by hand or with
// `wstrace notes`. One list of all, one for each CPU for those who draw them.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <optional>

#include "viewer/model/notes_and_tours/note_file.hpp"

namespace ws::model {

class OpenNotes {
  public:
    /// Reads nothing yet.
    explicit OpenNotes(const Trace& trace);

    /// Reads the file if it is another one than when it was read last. True if it was read.
    bool refresh();
    const std::filesystem::path& file() const { return file_; }
    /// By event; those of one event as in the file. None if there is a problem.
    const std::vector<Note>& all() const { return all_; }
    /// The texts of an event's notes.
    std::vector<std::string> of(u64 event) const;
    bool has(u64 event) const;
    /// Has the trace its event?
    bool in_trace(const Note& note) const { return note.event < trace_.events().size(); }
    /// The events of a CPU that have notes, each once, ascending.
    const std::vector<EventIndex>& of_cpu(u32 cpu) const { return of_cpu_[cpu]; }
    /// Why the file cannot be read: it, the line, and what is wrong. Empty if it can.
    const std::string& problem() const { return problem_; }

    /// Writes `text` in place of the event's notes `before`, or takes them away if it is empty. Notes that came
    /// meanwhile stay. Throws TraceError, and the file is what it was.
    void write(u64 event, const std::vector<std::string>& before, const std::string& text);

  private:
    /// What changes with a file's content. All zero where there is none.
    struct Stamp {
        ino_t inode = 0;
        off_t size = 0;
        std::timespec changed{};
        friend bool operator==(const Stamp& a, const Stamp& b) {
            return a.inode == b.inode && a.size == b.size && a.changed.tv_sec == b.changed.tv_sec &&
                   a.changed.tv_nsec == b.changed.tv_nsec;
        }
    };
    Stamp stamp() const;
    void read();

    const Trace& trace_;
    std::filesystem::path file_;
    std::optional<Stamp> stamp_;  ///< of what was read; nothing was at first
    std::vector<Note> all_;
    std::vector<std::vector<EventIndex>> of_cpu_;
    std::string problem_;
};

}  // namespace ws::model
