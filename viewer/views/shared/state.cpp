// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/state.hpp"

#include <utility>

#include "viewer/views/shared/tabs.hpp"

namespace ws::view {

State::State(const Session& session, bool is_dark)
    : selection(session),
      window(session, selection),
      search(session),
      notes(session),
      dark(is_dark),
      session_(session) {
    if (!session.two()) return;
    for (model::Tour& one : model::load_tours(kTabNames)) {
        if (model::unfit_for_tour(one, session.run(0), session.run(1)).empty()) tours.push_back(std::move(one));
    }
}

void State::escape() {
    if (go_to) {
        go_to = false;
    } else if (notes.draft) {
        notes.draft.reset();
    } else if (!notice.empty()) {
        notice.clear();
    } else if (help) {
        help = false;
    } else if (measured) {
        measured.reset();
    } else {
        fold_tour();
    }
}

void State::fold_tour() {
    if (tour) folded_tour = std::exchange(tour, std::nullopt);
}

void State::select_kind(u32 kind) {
    selection.select_kind(kind);
    window.fit();
}

void State::select_event(int side, model::EventIndex event) { window.follow_axis(selection.select_event(side, event)); }

void State::go_to_event(int side, model::EventIndex event) {
    select_event(side, event);
    window.show_event();
}

void State::go_found(bool ahead) {
    const model::EventIndex event = search.next(selection.side(), selection.event(), ahead);
    if (event != model::kNoEvent) go_to_event(search.side(), event);
}

void State::go_noted(bool ahead) {
    const auto noted = notes.next(selection.side(), selection.event(), ahead);
    if (!noted) {
        notice = "No event has a note. N writes one on the selected event.";
        return;
    }
    go_to_event(noted->side, noted->event);
}

void State::note_look() {
    history_.note(
        {selection.kind(), selection.stop(), selection.side(), selection.event(), tab, window.from, window.to});
}

void State::go_back() { restore(history_.back()); }

void State::go_forward() { restore(history_.forward()); }

void State::restore(const Look* look) {
    if (look == nullptr) return;
    selection.restore(look->kind, look->stop, look->side, look->event);
    tab = look->tab;
    window.from = look->from;
    window.to = look->to;
}

}  // namespace ws::view
