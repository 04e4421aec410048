// SPDX-License-Identifier: Apache-2.0
// How the time line is moved: to an operation, to the whole run, nearer, along, back to where one was.
#include <algorithm>
#include <tuple>

#include "viewer/model/find/find.hpp"
#include "viewer/views/shared/state.hpp"

namespace ws::view {
namespace {

constexpr double kShortestView = 8;  // instructions
constexpr double kMargin = 1.1;      // of what is in view at most to the length of the runs

}  // namespace

void State::fit() {
    fit_to(0, static_cast<double>(longest_net()));
}

void State::fit_to(double begin, double end) {
    const double length = std::max(end - begin, kShortestView);
    from = begin - 0.08 * length;
    to = begin + 1.12 * length;
}

std::pair<double, double> State::reach() const {
    double begin = 0;
    double end = 1;
    for (int side = 0; side < session_.count(); ++side) {
        const model::Operation* operation = shown_[side].operation;
        if (operation == nullptr) continue;
        for (u32 cpu = 0; cpu < session_.run(side).trace.cpus(); ++cpu) {
            if (session_.run(side).trace.events_of(cpu).empty()) continue;
            const model::CpuLanes& lanes = session_.lanes(side, cpu);
            begin = std::min(begin, static_cast<double>(lanes.begin - operation->begin));
            end = std::max(end, static_cast<double>(lanes.end - operation->begin));
        }
    }
    return {begin, end};
}

void State::show_whole_run() {
    std::tie(from, to) = reach();
    const double margin = 0.02 * (to - from);
    from -= margin;
    to += margin;
}

void State::pan_to(double new_from) {
    // A part of the runs stays in view.
    static constexpr double kKept = 0.1;
    const auto [begin, end] = reach();
    const double length = to - from;
    from = std::clamp(new_from, std::min(begin - (1 - kKept) * length, end - kKept * length), end - kKept * length);
    to = from + length;
}

void State::go_to_event(int side, model::EventIndex event) {
    select_event(side, event);
    const model::Operation* operation = shown_[side_].operation;
    if (operation == nullptr || event_ == model::kNoEvent) return;
    const auto time = static_cast<double>(session_.run(side_).trace.net(event_) - operation->begin);
    const auto net = static_cast<double>(operation->net());
    const bool in_it = time >= 0 && time <= net;
    if (in_it && (from > 0 || to < net) && to - from > net) {
        pan_to((net - (to - from)) / 2);  // all of its operation
    } else if (time < from || time > to) {
        pan_to(time - (to - from) / 2);
    }
}

void State::set_found(int run_side, std::vector<model::EventIndex> events) {
    const model::Trace& trace = session_.run(run_side).trace;
    found_of_cpu_.assign(trace.cpus(), {});
    for (const model::EventIndex event : events) found_of_cpu_[trace.event(event).cpu()].push_back(event);
    found = std::move(events);
    found_side = run_side;
}

void State::go_found(bool ahead) {
    if (found.empty()) return;
    model::EventIndex event = found.front();
    if (side_ == found_side && event_ != model::kNoEvent) {
        event = ahead ? model::next_found(found, event_) : model::previous_found(found, event_);
    }
    if (event == model::kNoEvent) return;
    go_to_event(found_side, event);
}

void State::go_noted(bool ahead) {
    const auto noted = notes.next(side_, event_, ahead);
    if (!noted) {
        notice = "No event has a note. N writes one on the selected event.";
        return;
    }
    go_to_event(noted->side, noted->event);
}

void State::note_look() {
    history_.note({kind_, stop_, side_, event_, tab, from, to});
}

void State::restore(const Look* look) {
    if (look == nullptr) return;
    kind_ = look->kind;
    stop_ = look->stop;
    show_stop();
    side_ = look->side;
    event_ = look->event;
    tab = look->tab;
    from = look->from;
    to = look->to;
    scroll_to_event = true;
}

void State::zoom(double factor, double about) {
    const auto [begin_of_runs, end_of_runs] = reach();
    const double widest = kMargin * (end_of_runs - begin_of_runs);
    const double length = std::clamp((to - from) * factor, kShortestView, std::max(widest, kShortestView));
    const double real = length / (to - from);
    const double begin = about - (about - from) * real;
    to = from + length;
    pan_to(begin);
}

}  // namespace ws::view
