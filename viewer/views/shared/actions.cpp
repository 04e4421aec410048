// SPDX-License-Identifier: Apache-2.0
// What each action does.
#include <iterator>

#include "viewer/views/shared/state.hpp"

namespace ws::view {
namespace {

constexpr float kBorderStep = 0.04F;  // of the room

/// Where the mouse is on the time line, or its middle.
double zoom_centre(const State& state) {
    const Hover& hover = state.under_mouse.hover;
    return hover && hover.on_lanes ? hover.time : state.window.middle();
}

void previous_stop(State& state) {
    const u32 stop = state.selection.stop();
    state.selection.select_stop(stop == 0 ? 0 : stop - 1);
}

void open_find(State& state) {
    state.tab = Tab::find;
    state.search.typing = true;
}

void write_note(State& state) {
    const Selection& selected = state.selection;
    if (selected.event() != model::kNoEvent) state.notes.open_draft(selected.side(), selected.event());
}

void next_step(State& state) {
    if (state.tour) state.go_to_step(state.tour->step + 1);
}

void previous_step(State& state) {
    if (state.tour && state.tour->step != 0) state.go_to_step(state.tour->step - 1);
}

struct Act {
    Action action;
    void (*act)(State& state);
};

constexpr Act kActs[] = {
    {Action::next_operation, [](State& s) { s.selection.select_stop(u64{s.selection.stop()} + 1); }},
    {Action::previous_operation, previous_stop},
    {Action::first_operation, [](State& s) { s.selection.select_stop(0); }},
    {Action::last_operation, [](State& s) { s.selection.select_stop(~u64{0}); }},
    {Action::next_event, [](State& s) { s.selection.step_event(1); }},
    {Action::previous_event, [](State& s) { s.selection.step_event(-1); }},
    {Action::zoom_in, [](State& s) { s.window.zoom_in(s.window.middle()); }},
    {Action::zoom_out, [](State& s) { s.window.zoom_out(s.window.middle()); }},
    {Action::zoom_in_at_mouse, [](State& s) { s.window.zoom_in(zoom_centre(s)); }},
    {Action::zoom_out_at_mouse, [](State& s) { s.window.zoom_out(zoom_centre(s)); }},
    {Action::pan_left, [](State& s) { s.window.pan_left(); }},
    {Action::pan_right, [](State& s) { s.window.pan_right(); }},
    {Action::fit_operation, [](State& s) { s.window.fit(); }},
    {Action::whole_run, [](State& s) { s.window.show_whole_run(); }},
    {Action::toggle_lined_up, [](State& s) { s.toggle_lined_up(); }},
    {Action::go_to, [](State& s) { s.go_to = true; }},
    {Action::find, open_find},
    {Action::next_found, [](State& s) { s.go_found(true); }},
    {Action::previous_found, [](State& s) { s.go_found(false); }},
    {Action::write_note, write_note},
    {Action::next_note, [](State& s) { s.go_noted(true); }},
    {Action::previous_note, [](State& s) { s.go_noted(false); }},
    {Action::back, [](State& s) { s.go_back(); }},
    {Action::forward, [](State& s) { s.go_forward(); }},
    {Action::next_step, next_step},
    {Action::previous_step, previous_step},
    {Action::show_answer,
     [](State& s) {
         if (s.tour) s.tour->answered = !s.tour->answered;
     }},
    {Action::toggle_tour, [](State& s) { s.toggle_tour(); }},
    {Action::border_up, [](State& s) { s.borders.lanes.move_by(-kBorderStep); }},
    {Action::border_down, [](State& s) { s.borders.lanes.move_by(kBorderStep); }},
    {Action::border_left, [](State& s) { s.borders.events.move_by(kBorderStep); }},
    {Action::border_right, [](State& s) { s.borders.events.move_by(-kBorderStep); }},
    {Action::toggle_theme, [](State& s) { s.dark = !s.dark; }},
    {Action::toggle_help, [](State& s) { s.help = !s.help; }},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(kActs); ++i) {
        if (kActs[i].action != static_cast<Action>(i)) return false;
    }
    return std::size(kActs) == kActions;
}
static_assert(in_order(), "a row for each action, in the order of action.hpp");

}  // namespace

void State::act(Action action) {
    notice.clear();
    kActs[static_cast<std::size_t>(action)].act(*this);
}

}  // namespace ws::view
