// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/run_notes.hpp"

#include <algorithm>

#include "viewer/model/base/error.hpp"

namespace ws::view {
namespace {

/// Several notes of an event are one in the field.
std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
    return all;
}

}  // namespace

RunNotes::RunNotes(const Session& session) {
    for (int side = 0; side < session.count(); ++side) sides_.emplace_back(session.run(side).trace);
}

std::string RunNotes::refresh() {
    std::string problems;
    for (model::OpenNotes& notes : sides_) {
        if (!notes.refresh() || notes.problem().empty()) continue;
        problems += (problems.empty() ? "" : "\n") + notes.problem();
    }
    return problems;
}

bool RunNotes::any() const {
    return std::any_of(sides_.begin(), sides_.end(),
                       [](const model::OpenNotes& notes) { return !notes.all().empty() || !notes.problem().empty(); });
}

std::optional<NotedEvent> RunNotes::next(int side, model::EventIndex event, bool ahead) const {
    std::optional<NotedEvent> first, last, before, after;
    const auto key = [](const NotedEvent& one) { return std::pair(one.side, one.event); };
    for (int run = 0; run < static_cast<int>(sides_.size()); ++run) {
        for (const model::Note& note : of(run).all()) {
            if (!of(run).in_trace(note)) break;
            const NotedEvent one{run, static_cast<model::EventIndex>(note.event)};
            if (!first) first = one;
            last = one;
            if (key(one) < std::pair(side, event)) before = one;
            if (!after && key(one) > std::pair(side, event)) after = one;
        }
    }
    return ahead ? (after ? after : first) : (before ? before : last);
}

void RunNotes::open_draft(int side, model::EventIndex event) {
    model::OpenNotes& notes = sides_[static_cast<std::size_t>(side)];
    notes.refresh();
    const std::vector<std::string> texts = notes.of(event);
    draft = NoteDraft{notes.file(), side, event, texts, joined(texts), notes.problem()};
}

void RunNotes::write_draft() {
    const bool changed = draft->text != joined(draft->before);
    try {
        if (changed) sides_[static_cast<std::size_t>(draft->side)].write(draft->event, draft->before, draft->text);
        draft.reset();
    } catch (const model::TraceError& error) {
        draft->problem = error.what();
    }
}

void RunNotes::carry_over(const RunNotes& before) {
    if (!before.draft) return;
    for (int side = 0; side < static_cast<int>(sides_.size()); ++side) {
        if (of(side).file() != before.draft->file) continue;
        draft = before.draft;
        draft->side = side;
        return;
    }
}

}  // namespace ws::view
