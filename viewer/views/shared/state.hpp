// SPDX-License-Identifier: Apache-2.0
// What the person at the window has chosen: the operation and the event, the stretch of the time line, what was
// searched for, and how it is shown. Views change it and all views follow.
#pragma once

#include "viewer/model/explain/what_if.hpp"
#include "viewer/views/shared/action.hpp"
#include "viewer/views/shared/borders.hpp"
#include "viewer/views/shared/history.hpp"
#include "viewer/views/shared/hover.hpp"
#include "viewer/views/shared/look.hpp"
#include "viewer/views/shared/measured_span.hpp"
#include "viewer/views/shared/run_notes.hpp"
#include "viewer/views/shared/search.hpp"
#include "viewer/views/shared/selection.hpp"
#include "viewer/views/shared/time_window.hpp"
#include "viewer/views/shared/tour_walk.hpp"

namespace ws::view {

/// What the modelled figures are made with.
struct CostModel {
    model::CostProfile profile;  ///< what things cost in cycles; the person may change it
    model::Parts left_out;       ///< what if these were not there
};

class State {
  public:
    State(const Session& session, bool dark);
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void act(Action action);
    /// Closes the help, or else what was measured, or else folds the tour away.
    void escape();

    // What concerns more than one of the parts below.
    /// Selects a kind's typical operation and fits the time line to it.
    void select_kind(u32 kind);
    /// Selects an event; its operation becomes the shown one. What is under the mouse stays there.
    void select_event(int side, model::EventIndex event);
    /// Selects an event, and moves along, if need be, until it is in view.
    void go_to_event(int side, model::EventIndex event);
    /// Selects the next or the last one of the found events, and brings it into view.
    void go_found(bool ahead);
    /// Selects the next or the last event that has a note, of any run, and brings it into view.
    void go_noted(bool ahead);
    /// Shows a step of the tour that is taken; what is past the end is the last one.
    void go_to_step(std::size_t step);
    /// Begins one of `tours`.
    void take_tour(const model::Tour& chosen);
    /// Puts the tour away; or fetches it back, or else begins the first that is for these runs.
    void toggle_tour();
    /// Called at the end of a frame: what is shown now is where back will lead.
    void note_look();
    void go_back();
    void go_forward();
    /// Steps under their partners, or true scale; with one run there are no partners.
    void toggle_lined_up() { lined_up = !lined_up && session_.two(); }
    /// Is a field open that keys are for?
    bool has_field() const { return go_to || notes.draft; }

    Selection selection;
    TimeWindow window;
    Search search;
    std::optional<MeasuredSpan> measured;
    RunNotes notes;  ///< what people wrote down about events; the field for that
    std::optional<TourWalk> tour;
    std::optional<TourWalk> folded_tour;  ///< put away at the step where somebody was
    std::vector<model::Tour> tours;       ///< those of the checkout that are for these runs

    // How it is shown.
    Tab tab = Tab::why;
    CostModel cost_model;
    bool shows_costs = false;  ///< beside the waterfall: what things cost, not the causes in words
    Borders borders;
    bool lined_up = false;  ///< the strips: each step under its partner, not to true scale
    bool dark;
    bool help = false;
    bool go_to = false;        ///< the field for an event's number is open
    bool close_lists = false;  ///< a list that has been opened is to be closed, in the next frame
    UnderMouse under_mouse;
    UnderMouse next_under_mouse;  ///< of the frame that is being drawn

    // What there is to say.
    std::string notice;         ///< until the next action
    std::string copied;         ///< what was put into the clipboard last
    std::string debugger_said;  ///< what came of debugging the selected event

  private:
    void fold_tour();
    void restore(const Look* look);

    const Session& session_;
    History<Look> history_;
};

}  // namespace ws::view
