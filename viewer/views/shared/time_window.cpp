// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/time_window.hpp"

#include <algorithm>
#include <tuple>

namespace ws::view {
namespace {

constexpr double kShortestView = 8;  // instructions
constexpr double kMargin = 1.1;      // of what is in view at most to the length of the runs
constexpr double kZoomStep = 1.5;
constexpr double kPanStep = 0.15;  // of what is in view

}  // namespace

TimeWindow::TimeWindow(const Session& session, const Selection& selection) : session_(session), selection_(selection) {
    fit();
}

void TimeWindow::fit() {
    fit_to(0, static_cast<double>(selection_.longest_net()));
}

void TimeWindow::fit_to(double begin, double end) {
    const double length = std::max(end - begin, kShortestView);
    from = begin - 0.08 * length;
    to = begin + 1.12 * length;
}

std::pair<double, double> TimeWindow::reach() const {
    double begin = 0;
    double end = 1;
    for (int side = 0; side < session_.count(); ++side) {
        const model::Operation* operation = selection_.shown(side).operation;
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

void TimeWindow::show_whole_run() {
    std::tie(from, to) = reach();
    const double margin = 0.02 * (to - from);
    from -= margin;
    to += margin;
}

void TimeWindow::pan_to(double new_from) {
    // A part of the runs stays in view.
    static constexpr double kKept = 0.1;
    const auto [begin, end] = reach();
    const double wide = to - from;
    from = std::clamp(new_from, std::min(begin - (1 - kKept) * wide, end - kKept * wide), end - kKept * wide);
    to = from + wide;
}

void TimeWindow::pan_left() {
    pan_to(from - kPanStep * (to - from));
}

void TimeWindow::pan_right() {
    pan_to(from + kPanStep * (to - from));
}

void TimeWindow::follow_axis(double moved) {
    from -= moved;
    to -= moved;
}

void TimeWindow::show_event() {
    const model::Operation* operation = selection_.shown(selection_.side()).operation;
    if (operation == nullptr || selection_.event() == model::kNoEvent) return;
    const model::Trace& trace = session_.run(selection_.side()).trace;
    const auto time = static_cast<double>(trace.net(selection_.event()) - operation->begin);
    const auto net = static_cast<double>(operation->net());
    const bool in_it = time >= 0 && time <= net;
    if (in_it && (from > 0 || to < net) && to - from > net) {
        pan_to((net - (to - from)) / 2);  // all of its operation
    } else if (time < from || time > to) {
        pan_to(time - (to - from) / 2);
    }
}

void TimeWindow::zoom_in(double about) {
    zoom(1 / kZoomStep, about);
}

void TimeWindow::zoom_out(double about) {
    zoom(kZoomStep, about);
}

void TimeWindow::zoom(double factor, double about) {
    const auto [begin_of_runs, end_of_runs] = reach();
    const double widest = kMargin * (end_of_runs - begin_of_runs);
    const double wide = std::clamp((to - from) * factor, kShortestView, std::max(widest, kShortestView));
    const double real = wide / (to - from);
    const double begin = about - (about - from) * real;
    to = from + wide;
    pan_to(begin);
}

}  // namespace ws::view
