// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/notes_and_tours/open_notes.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "viewer/model/base/error.hpp"

namespace ws::model {
namespace {

auto first_of(const std::vector<Note>& notes, u64 event) {
    return std::lower_bound(notes.begin(), notes.end(), event,
                            [](const Note& note, u64 wanted) { return note.event < wanted; });
}

}  // namespace

OpenNotes::OpenNotes(const Trace& trace) : trace_(trace), file_(notes_file(trace)), of_cpu_(trace.cpus()) {}

OpenNotes::Stamp OpenNotes::stamp() const {
    struct stat status {};
    if (::stat(file_.c_str(), &status) != 0) return {};
    // The time of the inode's change, not of the content's: who may read it can change, too.
    return {status.st_ino, status.st_size, status.st_ctim};
}

bool OpenNotes::refresh() {
    const Stamp now = stamp();  // before it is read: a change in between is seen next time
    if (now == stamp_) return false;
    stamp_ = now;
    read();
    return true;
}

void OpenNotes::read() {
    all_.clear();
    problem_.clear();
    for (auto& events : of_cpu_) events.clear();
    try {
        all_ = NoteFile::load(file_).all();
    } catch (const TraceError& error) {
        problem_ = error.what();
    }
    std::stable_sort(all_.begin(), all_.end(), [](const Note& a, const Note& b) { return a.event < b.event; });
    for (const Note& note : all_) {
        if (!in_trace(note)) break;
        const auto event = static_cast<EventIndex>(note.event);
        auto& events = of_cpu_[trace_.event(event).cpu()];
        if (events.empty() || events.back() != event) events.push_back(event);
    }
}

std::vector<std::string> OpenNotes::of(u64 event) const {
    std::vector<std::string> texts;
    for (auto at = first_of(all_, event); at != all_.end() && at->event == event; ++at) texts.push_back(at->text);
    return texts;
}

bool OpenNotes::has(u64 event) const {
    const auto at = first_of(all_, event);
    return at != all_.end() && at->event == event;
}

void OpenNotes::write(u64 event, const std::vector<std::string>& before, const std::string& text) {
    static constexpr std::chrono::milliseconds kPatience{400};  // the window stands still meanwhile
    change_notes(
        file_, [&](NoteFile& notes) { notes.replace(event, before, text); }, kPatience);
    refresh();
}

}  // namespace ws::model
