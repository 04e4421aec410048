// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/call_stack.hpp"

#include <algorithm>

#include "viewer/model/format/event_info.hpp"

namespace ws::model {
namespace {

/// No stack of a kernel's is so deep: what goes on for ever is not followed.
constexpr std::size_t kMost = 256;

constexpr u8 kSaveGeneral = static_cast<u8>(PathStep::save_general_purpose);

/// The steps in which what is done is not the switch itself.
bool is_handling(PathStep step) {
    switch (step) {
        case PathStep::handle_exit:
        case PathStep::sync_interrupts:
        case PathStep::flush_interrupts:
        case PathStep::handle_interrupt:
        case PathStep::switch_thread:
        case PathStep::run_user:
        case PathStep::handle_system_call: return true;
        default: return false;
    }
}

}  // namespace

CallStack::Frame CallStack::make(u32 symbol, bool for_host) const {
    Frame frame;
    frame.symbol = symbol;
    frame.called = symbol;
    frame.row = find_path_function(peer_, symbols_[symbol].name);
    frame.for_host = for_host;
    if (frame.row != nullptr) frame.own = frame.row->step(for_host);
    return frame;
}

void CallStack::call(u32 symbol, bool for_host) {
    if (!frames_.empty()) {
        Frame& caller = frames_.back();
        caller.is_after = false;
        if (caller.row != nullptr) caller.own = caller.row->step(caller.for_host);
    }
    if (frames_.size() == kMost) frames_.erase(frames_.begin());
    frames_.push_back(make(symbol, for_host));
}

void CallStack::jump(u32 symbol, bool for_host) {
    if (frames_.empty()) return call(symbol, for_host);
    if (frames_.back().symbol == symbol) return;
    const Frame before = frames_.back();
    Frame& frame = frames_.back();
    frame = make(symbol, for_host);
    frame.called = before.called;
    frame.boundary = before.boundary;
    if (frame.row != nullptr || before.row == nullptr || !is_handling(before.own)) return;
    // A call at a function's end is a jump: what handles an exit goes on handling it.
    frame.row = before.row;
    frame.own = before.own;
}

void CallStack::back(u32 symbol, bool for_host) {
    std::size_t place = frames_.size();
    while (place > 0 && !(place < frames_.size() && frames_[place - 1].symbol == symbol)) {
        // A function returns to its caller; what an exception has interrupted is not returned to.
        if (frames_[place - 1].boundary) place = 1;
        --place;
    }
    if (place == 0) {
        // Called before anything was recorded, or of another thread.
        while (!frames_.empty() && !frames_.back().boundary) frames_.pop_back();
        const bool boundary = !frames_.empty();
        if (boundary) frames_.pop_back();
        frames_.push_back(make(symbol, for_host));
        frames_.back().boundary = boundary;
        return;
    }
    const Frame callee = frames_[place];
    frames_.resize(place);
    Frame& caller = frames_.back();
    const auto after = after_call(peer_, symbols_[caller.symbol].name, symbols_[callee.called].name, callee.for_host);
    caller.is_after = after.has_value();
    if (caller.row != nullptr) caller.own = caller.row->step(caller.for_host);
    if (!after) return;
    caller.after = *after;
    caller.own = after->step;
}

void CallStack::take_exception(u32 symbol) {
    call(symbol, false);
    frames_.back().boundary = true;
}

void CallStack::return_from_exception() {
    while (!frames_.empty() && !frames_.back().boundary) frames_.pop_back();
    if (!frames_.empty()) frames_.pop_back();
}

void CallStack::wrote(SysregId id) {
    if (frames_.empty() || !frames_.back().is_after) return;
    Frame& frame = frames_.back();
    if (frame.after.until != id) return;
    frame.own = frame.after.then;
}

std::vector<u8> CallStack::steps() const {
    std::vector<u8> steps;
    for (const Frame& frame : frames_) {
        if (frame.row == nullptr) continue;
        if (frame.row->callees == Callees::each) steps.clear();
        const auto step = static_cast<u8>(frame.own);
        // Xen's vectors call what handles an exit once they have saved the registers.
        if (!steps.empty() && steps.back() == kSaveGeneral && is_handling(frame.own)) steps.pop_back();
        if (step != 0 && (steps.empty() || steps.back() != step)) steps.push_back(step);
    }
    return steps;
}

bool CallStack::switches() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
        if (frame->row == nullptr) continue;
        return frame->row->callees == Callees::each || !is_handling(frame->own);
    }
    return false;
}

bool CallStack::unmapped() const {
    if (frames_.empty() || frames_.back().row != nullptr) return false;
    for (auto caller = frames_.rbegin() + 1; caller != frames_.rend(); ++caller) {
        if (caller->row != nullptr) return caller->row->callees == Callees::each;
    }
    return peer_ == Peer::nvhe;
}

bool CallStack::has_row() const {
    return std::any_of(frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.row != nullptr; });
}

}  // namespace ws::model
