// SPDX-License-Identifier: Apache-2.0
// "Debug here": the replays that this window has started, and its cursor, which follows them.
#pragma once

#include <memory>

#include "viewer/app/debug_session.hpp"
#include "viewer/views/shared/state.hpp"

namespace ws::app {

class Debuggers {
  public:
    /// Replays the run of the selected event up to it, or moves its replay there. State::debugger_said tells what came
    /// of that.
    void go_to(const view::Session& session, view::State& state);
    /// Selects the events where replays have stopped. True if there is something to draw.
    bool follow(const view::Session& session, view::State& state);
    bool going_on() const;

  private:
    DebugSession& session_of(const std::filesystem::path& run);

    std::vector<std::unique_ptr<DebugSession>> sessions_;
};

}  // namespace ws::app
