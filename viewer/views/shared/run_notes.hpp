// SPDX-License-Identifier: Apache-2.0
// What people wrote down about events of the runs that are shown, and the note that is being written. No ImGui.
#pragma once

#include <deque>
#include <optional>

#include "viewer/model/notes_and_tours/open_notes.hpp"
#include "viewer/views/shared/session.hpp"

namespace ws::view {

/// What is in the field for a note.
struct NoteDraft {
    std::filesystem::path file;
    int side;
    model::EventIndex event;
    std::vector<std::string> before;  ///< the event's notes when the field was opened
    std::string text;
    std::string problem;  ///< why it could not be written
};

/// A place to go to.
struct NotedEvent {
    int side;
    model::EventIndex event;
};

class RunNotes {
  public:
    explicit RunNotes(const Session& session);

    /// Reads anew what has changed. Returns what is wrong with it, a line each; empty if nothing has changed.
    std::string refresh();
    const model::OpenNotes& of(int side) const { return sides_[static_cast<std::size_t>(side)]; }
    /// Is there a note, or a file of notes that cannot be read?
    bool any() const;
    /// The event with a note after this one or before it, A's before B's; after the last comes the first.
    std::optional<NotedEvent> next(int side, model::EventIndex event, bool ahead) const;

    /// The field is open while there is a draft.
    std::optional<NoteDraft> draft;
    void open_draft(int side, model::EventIndex event);
    /// Writes it and closes the field; where that fails, the draft stays and says why.
    void write_draft();
    /// The field that was open for the same runs before they were read again.
    void carry_over(const RunNotes& before);

  private:
    std::deque<model::OpenNotes> sides_;
};

}  // namespace ws::view
