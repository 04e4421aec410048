// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/state.hpp"

#include <algorithm>

namespace ws::view {
namespace {

constexpr double kZoomStep = 1.5;
constexpr double kShortestView = 8;  // instructions

}  // namespace

State::State(const Session& session, bool is_dark) : dark(is_dark), session_(session) {
    select_kind(session.browse().first_kind());
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
        case Action::fit_operation:
            return fit();
        case Action::whole_run:
            return show_whole_run();
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

void State::select_kind(u32 kind) {
    kind_ = std::min(kind, session_.browse().kinds() - 1);
    select_stop(session_.browse().kind(kind_).typical);
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
    const model::Stop& stop = session_.browse().kind(kind_).stops[stop_];
    for (int side = 0; side < session_.count(); ++side) {
        const model::Operation* operation = session_.operation(side, side == 0 ? stop.a : stop.b);
        shown_[side].operation = operation;
        shown_[side].parts =
            operation != nullptr ? model::take_apart(session_.run(side), *operation) : model::OperationEvents{};
    }
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
        const auto place = session_.browse().find(side, static_cast<u32>(operation - run.operations.all().data()));
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

void State::fit() {
    const auto length = static_cast<double>(longest_net());
    from = -0.08 * length;
    to = 1.12 * length;
}

void State::show_whole_run() {
    from = 0;
    to = 1;
    for (int side = 0; side < session_.count(); ++side) {
        const model::Operation* operation = shown_[side].operation;
        if (operation == nullptr) continue;
        for (u32 cpu = 0; cpu < session_.run(side).trace.cpus(); ++cpu) {
            if (session_.run(side).trace.events_of(cpu).empty()) continue;
            const model::CpuLanes& lanes = session_.lanes(side, cpu);
            from = std::min(from, static_cast<double>(lanes.begin - operation->begin));
            to = std::max(to, static_cast<double>(lanes.end - operation->begin));
        }
    }
    const double margin = 0.02 * (to - from);
    from -= margin;
    to += margin;
}

void State::zoom(double factor, double about) {
    double widest = 1;
    for (int side = 0; side < session_.count(); ++side) {
        const model::CpuLanes& lanes = session_.lanes(side, 0);
        widest = std::max(widest, 3 * static_cast<double>(lanes.end - lanes.begin));
    }
    const double length = std::clamp((to - from) * factor, kShortestView, std::max(widest, kShortestView));
    const double real = length / (to - from);
    from = about - (about - from) * real;
    to = from + length;
}

}  // namespace ws::view
