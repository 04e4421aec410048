// SPDX-License-Identifier: Apache-2.0
// A moment of a trace as a person writes it: an event's number, or a time on the net clock.
#pragma once

#include <stdexcept>
#include <string>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// What cannot be a moment: one line that says why.
class MomentError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Moment {
    i64 net;
    EventIndex event;  ///< the event that was named, or the nearest one to the time
};

/// `48211`, `48,211`: the event with this number; `@30653`: the time on the net clock.
/// Throws MomentError.
Moment parse_moment(const Trace& trace, const std::string& text);

/// The event nearest to a net time, of all CPUs; the trace has events.
EventIndex nearest_event(const Trace& trace, i64 net);

}  // namespace ws::model
