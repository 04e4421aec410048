// SPDX-License-Identifier: Apache-2.0
// What the person at the window has chosen: the operation, the event, the stretch of the time line. Views change it and
// all views follow.
#pragma once

#include "viewer/model/explain/what_if.hpp"
#include "viewer/views/shared/borders.hpp"
#include "viewer/views/shared/history.hpp"
#include "viewer/views/shared/hover.hpp"
#include "viewer/views/shared/look.hpp"
#include "viewer/views/shared/measured_span.hpp"
#include "viewer/views/shared/run_notes.hpp"
#include "viewer/views/shared/session.hpp"
#include "viewer/views/shared/tabs.hpp"
#include "viewer/views/shared/tour_walk.hpp"

namespace ws::view {

/// What a key does.
enum class Action : u8 {
    next_operation,
    previous_operation,
    first_operation,
    last_operation,
    next_event,
    previous_event,
    zoom_in,
    zoom_out,
    zoom_in_at_mouse,
    zoom_out_at_mouse,
    pan_left,
    pan_right,
    fit_operation,
    whole_run,
    toggle_lined_up,
    go_to,
    find,
    next_found,
    previous_found,
    write_note,
    next_note,
    previous_note,
    back,
    forward,
    next_step,
    previous_step,
    show_answer,
    border_up,
    border_down,
    border_left,
    border_right,
    toggle_theme,
    toggle_help,
    export_files,
    quit
};

/// The selected operation in one run.
struct Shown {
    const model::Operation* operation = nullptr;  ///< null where the other run's has no partner
    model::OperationEvents parts;
    model::PartInstructions instructions{};  ///< by Part; their sum is what the operation takes
};

class State {
  public:
    State(const Session& session, bool dark);

    void act(Action action);
    /// Closes the help, or else what was measured, or else ends the tour.
    void escape();
    void select_kind(u32 kind);
    /// Shows a stop of the kind; what is past the end is the last one.
    void select_stop(u64 stop);
    /// Selects an event; its operation becomes the shown one.
    void select_event(int side, model::EventIndex event);
    /// Selects the event at the head of a segment of the shown operation.
    void select_segment(int side, const model::Segment& segment);
    void select_side(int side);

    u32 kind() const { return kind_; }
    u32 stop() const { return stop_; }
    u32 stops() const { return static_cast<u32>(session_.stops().kind(kind_).stops.size()); }
    const Shown& shown(int side) const { return shown_[side]; }
    int side() const { return side_; }
    model::EventIndex event() const { return event_; }
    /// The piece of the shown operation that the selected event is in, or null.
    const model::Segment* segment() const;
    u64 longest_net() const;
    /// Which steps of the two shown operations are the same.
    const model::Alignment& alignment() const { return alignment_; }

    // The stretch of the time line that is in view, in net instructions after the trap of the shown operation.
    double from = 0;
    double to = 1;
    void fit();
    /// Shows a stretch of the axis, with some room around it.
    void fit_to(double begin, double end);
    void show_whole_run();
    void zoom(double factor, double about);
    /// Moves along, so that the time line begins there.
    void pan_to(double new_from);
    /// Selects an event, and moves along, if need be, until it is in view.
    void go_to_event(int side, model::EventIndex event);

    void set_found(int run_side, std::vector<model::EventIndex> events);
    /// Those of them that are of a CPU of the run `found_side`.
    const std::vector<model::EventIndex>& found_of_cpu(u32 cpu) const { return found_of_cpu_[cpu]; }
    /// Selects the next or the last one of the found events, and brings it into view.
    void go_found(bool forward);
    /// Selects the next or the last event that has a note, of any run, and brings it into view.
    void go_noted(bool forward);
    /// Shows a step of the tour that is taken; what is past the end is the last one.
    void go_to_step(std::size_t step);
    /// Called at the end of a frame: what is shown now is where back will lead.
    void note_look();

    Tab tab = Tab::why;
    model::CostProfile profile;            ///< what things cost in cycles; the person may change it
    model::Parts left_out;                 ///< what if these were not there
    std::vector<model::EventIndex> found;  ///< what the last search found in the run `found_side`, ascending
    int found_side = 0;
    std::optional<std::string> query;  ///< what Find is to look for; it takes it
    bool export_now = false;           ///< the next frame is to be exported, with the report
    std::string notice;                ///< what there is to say; until the next action
    bool dark;
    bool help = false;
    bool quit = false;
    bool scroll_to_event = true;  ///< the list of events is to bring the selected one into view
    std::string copied;           ///< what was put into the clipboard last
    bool wants_debugger = false;  ///< the selected event is to be debugged: the program starts it after the frame
    std::string debugger_said;    ///< what came of that
    std::string hot_cause;        ///< the cause under the mouse: other causes step back. Set anew in each frame.
    std::string next_hot_cause;
    Hover hover;  ///< the moment under the mouse. Set anew in each frame.
    Hover next_hover;
    std::optional<MeasuredSpan> measured;
    Borders borders;
    bool lined_up = false;     ///< the strips: each step under its partner, not to true scale
    bool go_to = false;        ///< the field for an event's number is open
    bool find = false;         ///< the field of Find is to be typed into; it takes this
    bool close_lists = false;  ///< a list that has been opened is to be closed, in the next frame
    RunNotes notes;            ///< what people wrote down about events; the field for that
    /// Is a field open that keys are for?
    bool has_field() const { return go_to || notes.draft; }
    std::optional<TourWalk> tour;

  private:
    /// From where to where the runs reach, on the time line's axis.
    std::pair<double, double> reach() const;
    void show_stop();
    void restore(const Look* look);
    void step_event(int by);
    model::EventIndex first_event() const;

    const Session& session_;
    u32 kind_ = 0;
    u32 stop_ = 0;
    Shown shown_[2];
    int side_ = 0;
    model::EventIndex event_ = model::kNoEvent;
    model::Alignment alignment_;
    model::History<Look> history_;
    std::vector<std::vector<model::EventIndex>> found_of_cpu_;
};

}  // namespace ws::view
