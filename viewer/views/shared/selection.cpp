// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/selection.hpp"

#include <algorithm>

namespace ws::view {

Selection::Selection(const Session& session) : session_(session) {
    select_kind(session.stops().first_kind());
}

void Selection::select_kind(u32 kind) {
    kind_ = std::min(kind, session_.stops().kinds() - 1);
    select_stop(session_.stops().kind(kind_).typical);
}

void Selection::select_stop(u64 stop) {
    stop_ = static_cast<u32>(std::min<u64>(stop, stops() - 1));
    show_stop();
    if (shown_[side_].operation == nullptr) side_ = 1 - side_;
    event_ = first_event();
    scroll_to_event = true;
}

void Selection::show_stop() {
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

model::EventIndex Selection::first_event() const {
    const auto& events = shown_[side_].parts.events;
    return events.empty() ? model::kNoEvent : events.front();
}

void Selection::select_side(int side) {
    if (side == side_ || shown_[side].operation == nullptr) return;
    side_ = side;
    event_ = first_event();
    scroll_to_event = true;
}

void Selection::select_segment(int side, const model::Segment& segment) {
    const auto& events = shown_[side].parts.events;
    if (events.empty()) return;
    side_ = side;
    event_ = events[std::min<std::size_t>(segment.first, events.size() - 1)];
    scroll_to_event = true;
}

double Selection::select_event(int side, model::EventIndex event) {
    double moved = 0;
    const model::Run& run = session_.run(side);
    const model::Operation* operation = run.operations.at(run.trace, event);
    if (operation != nullptr && operation != shown_[side].operation) {
        const auto place = session_.stops().find(side, static_cast<u32>(operation - run.operations.all().data()));
        if (place) {
            const model::Operation* before = shown_[side].operation;
            kind_ = place->kind;
            stop_ = place->stop;
            show_stop();
            if (before != nullptr) moved = static_cast<double>(operation->begin - before->begin);
        }
    }
    side_ = side;
    event_ = event;
    scroll_to_event = true;
    return moved;
}

void Selection::restore(u32 kind, u32 stop, int side, model::EventIndex event) {
    kind_ = kind;
    stop_ = stop;
    show_stop();
    side_ = side;
    event_ = event;
    scroll_to_event = true;
}

void Selection::step_event(int by) {
    const auto& events = shown_[side_].parts.events;
    const auto now = std::lower_bound(events.begin(), events.end(), event_);
    if (now == events.end()) return;
    const auto place =
        std::clamp<std::ptrdiff_t>(now - events.begin() + by, 0, static_cast<std::ptrdiff_t>(events.size()) - 1);
    event_ = events[static_cast<std::size_t>(place)];
    scroll_to_event = true;
}

const model::Segment* Selection::segment() const {
    return shown_[side_].parts.segment_of(event_);
}

u64 Selection::longest_net() const {
    u64 longest = 1;
    for (const Shown& one : shown_) {
        if (one.operation != nullptr) longest = std::max(longest, one.operation->net());
    }
    return longest;
}

}  // namespace ws::view
