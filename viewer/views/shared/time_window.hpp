// SPDX-License-Identifier: Apache-2.0
// The stretch of the time line that is in view, in net instructions after the trap of the shown operation. No ImGui.
#pragma once

#include "viewer/views/shared/selection.hpp"

namespace ws::view {

class TimeWindow {
  public:
    /// All of the selected operation.
    TimeWindow(const Session& session, const Selection& selection);

    double from = 0;
    double to = 1;
    double middle() const { return (from + to) / 2; }

    void fit();
    /// Shows a stretch of the axis, with some room around it.
    void fit_to(double begin, double end);
    void show_whole_run();
    void zoom_in(double about);
    void zoom_out(double about);
    void zoom(double factor, double about);
    /// Moves along, so that the time line begins there.
    void pan_to(double new_from);
    /// Moves along by a part of what is in view.
    void pan_left();
    void pan_right();
    /// Moves along with an axis that starts so much later: what was in view stays there.
    void follow_axis(double moved);
    /// Moves along, if need be, until the selected event is in view.
    void show_event();

  private:
    /// From where to where the runs reach, on the time line's axis.
    std::pair<double, double> reach() const;

    const Session& session_;
    const Selection& selection_;
};

}  // namespace ws::view
