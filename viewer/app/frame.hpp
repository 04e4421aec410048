// SPDX-License-Identifier: Apache-2.0
// Runs on the screen: what the person has chosen, and the picture of it. The same in a window and in a picture.
#pragma once

#include "viewer/app/gui.hpp"
#include "viewer/app/options.hpp"
#include "viewer/views/frame/screen.hpp"

namespace ws::app {

class Frame {
  public:
    /// Chooses what the options ask for. Throws AppError if it is not there.
    Frame(const view::Session& session, const Options& options, view::OpenRuns& open_runs, view::Requests& requests,
          Gui& gui);

    /// Between ImGui::NewFrame and ImGui::Render.
    void draw(std::string* texts = nullptr);
    view::State& state() { return state_; }
    /// Shows, of other runs or of more of the same, what was chosen before: the same kind of operation, the same part
    /// of the screen. Who was at the last operation is at the last one again.
    void carry_over(const view::Session& session_before, const view::State& before);

  private:
    const view::Session& session_;
    view::OpenRuns& open_runs_;
    view::Requests& requests_;
    Gui& gui_;
    view::State state_;
    view::Screen screen_;
};

/// Chooses what the command line asks for. Throws AppError if it is not there.
void choose(const view::Session& session, const Options& options, view::State& state);

}  // namespace ws::app
