// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/state.hpp"

#include <algorithm>

namespace ws::view {
namespace {

constexpr double kZoomStep = 1.5;
constexpr double kPanStep = 0.15;     // of what is in view
constexpr float kBorderStep = 0.04F;  // of the room

}  // namespace

State::State(const Session& session, bool is_dark) : dark(is_dark), notes(session), session_(session) {
    set_found(0, {});
    select_kind(session.stops().first_kind());
    fit();
}

void State::act(Action action) {
    const double middle = (from + to) / 2;
    notice.clear();
    switch (action) {
        case Action::next_operation:
            return select_stop(u64{stop_} + 1);
        case Action::previous_operation:
            return select_stop(stop_ == 0 ? 0 : stop_ - 1);
        case Action::first_operation:
            return select_stop(0);
        case Action::last_operation:
            return select_stop(~u64{0});
        case Action::next_event:
            return step_event(1);
        case Action::previous_event:
            return step_event(-1);
        case Action::zoom_in:
            return zoom(1 / kZoomStep, middle);
        case Action::zoom_out:
            return zoom(kZoomStep, middle);
        case Action::zoom_in_at_mouse:
            return zoom(1 / kZoomStep, hover && hover.on_lanes ? hover.time : middle);
        case Action::zoom_out_at_mouse:
            return zoom(kZoomStep, hover && hover.on_lanes ? hover.time : middle);
        case Action::pan_left:
            return pan_to(from - kPanStep * (to - from));
        case Action::pan_right:
            return pan_to(from + kPanStep * (to - from));
        case Action::fit_operation:
            return fit();
        case Action::whole_run:
            return show_whole_run();
        case Action::toggle_lined_up:
            lined_up = !lined_up && session_.two();
            return;
        case Action::go_to:
            go_to = true;
            return;
        case Action::find:
            tab = Tab::find;
            find = true;
            return;
        case Action::next_found:
            return go_found(true);
        case Action::previous_found:
            return go_found(false);
        case Action::write_note:
            if (event_ != model::kNoEvent) notes.open_draft(side_, event_);
            return;
        case Action::next_note:
            return go_noted(true);
        case Action::previous_note:
            return go_noted(false);
        case Action::back:
            return restore(history_.back());
        case Action::forward:
            return restore(history_.forward());
        case Action::next_step:
            if (tour) go_to_step(tour->step + 1);
            return;
        case Action::previous_step:
            if (tour && tour->step != 0) go_to_step(tour->step - 1);
            return;
        case Action::show_answer:
            if (tour) tour->answered = !tour->answered;
            return;
        case Action::border_up:
            return borders.lanes.move_by(-kBorderStep);
        case Action::border_down:
            return borders.lanes.move_by(kBorderStep);
        case Action::border_left:
            return borders.events.move_by(kBorderStep);
        case Action::border_right:
            return borders.events.move_by(-kBorderStep);
        case Action::toggle_theme:
            dark = !dark;
            return;
        case Action::toggle_help:
            help = !help;
            return;
        case Action::export_files:
            export_now = true;
            return;
        case Action::quit:
            quit = true;
            return;
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
        tour.reset();
    }
}

void State::select_kind(u32 kind) {
    kind_ = std::min(kind, session_.stops().kinds() - 1);
    select_stop(session_.stops().kind(kind_).typical);
    fit();
}

void State::select_stop(u64 stop) {
    stop_ = static_cast<u32>(std::min<u64>(stop, stops() - 1));
    show_stop();
    if (shown_[side_].operation == nullptr) side_ = 1 - side_;
    event_ = first_event();
    scroll_to_event = true;
}

void State::show_stop() {
    const model::Stop& stop = session_.stops().kind(kind_).stops[stop_];
    for (int side = 0; side < session_.count(); ++side) {
        const model::Operation* operation = session_.operation(side, side == 0 ? stop.a : stop.b);
        shown_[side].operation = operation;
        shown_[side].parts =
            operation != nullptr ? model::take_apart(session_.run(side), *operation) : model::OperationEvents{};
        shown_[side].instructions = {};
        if (operation == nullptr) continue;
        shown_[side].instructions = model::instructions_by_part(session_.run(side), shown_[side].parts);
    }
    alignment_ = model::Alignment(shown_[0].parts, shown_[1].parts);
}

model::EventIndex State::first_event() const {
    const auto& events = shown_[side_].parts.events;
    return events.empty() ? model::kNoEvent : events.front();
}

void State::select_side(int side) {
    if (side == side_ || shown_[side].operation == nullptr) return;
    side_ = side;
    event_ = first_event();
    scroll_to_event = true;
}

void State::select_segment(int side, const model::Segment& segment) {
    const auto& events = shown_[side].parts.events;
    if (events.empty()) return;
    side_ = side;
    event_ = events[std::min<std::size_t>(segment.first, events.size() - 1)];
    scroll_to_event = true;
}

void State::select_event(int side, model::EventIndex event) {
    const model::Run& run = session_.run(side);
    const model::Operation* operation = run.operations.at(run.trace, event);
    if (operation != nullptr && operation != shown_[side].operation) {
        const auto place = session_.stops().find(side, static_cast<u32>(operation - run.operations.all().data()));
        if (place) {
            // What is under the mouse stays there: the axis starts at another trap now.
            const model::Operation* before = shown_[side].operation;
            kind_ = place->kind;
            stop_ = place->stop;
            show_stop();
            if (before != nullptr) {
                const auto moved = static_cast<double>(operation->begin - before->begin);
                from -= moved;
                to -= moved;
            }
        }
    }
    side_ = side;
    event_ = event;
    scroll_to_event = true;
}

void State::step_event(int by) {
    const auto& events = shown_[side_].parts.events;
    const auto now = std::lower_bound(events.begin(), events.end(), event_);
    if (now == events.end()) return;
    const auto place =
        std::clamp<std::ptrdiff_t>(now - events.begin() + by, 0, static_cast<std::ptrdiff_t>(events.size()) - 1);
    event_ = events[static_cast<std::size_t>(place)];
    scroll_to_event = true;
}

const model::Segment* State::segment() const {
    return shown_[side_].parts.segment_of(event_);
}

u64 State::longest_net() const {
    u64 longest = 1;
    for (const Shown& one : shown_) {
        if (one.operation != nullptr) longest = std::max(longest, one.operation->net());
    }
    return longest;
}

}  // namespace ws::view
