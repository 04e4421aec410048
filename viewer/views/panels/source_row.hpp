// SPDX-License-Identifier: Apache-2.0
// The selected event's places, as two views show them: in a line or two, and in full.
#pragma once

#include "viewer/model/code/source_text.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// What is known of the selected event's places; asked of the model once an event.
class SelectedLocations {
  public:
    /// False while the images are being read.
    bool look(const Context& context);

    const std::vector<model::EventLocation>& locations() const { return locations_; }
    const model::DebugCommands& commands() const { return commands_; }

  private:
    std::vector<model::EventLocation> locations_;
    model::DebugCommands commands_;
    model::EventIndex event_ = model::kNoEvent;
    int side_ = -1;
};

/// `enter_exit.cpp:113 · mrs x2, pmccntr_el0`, or why it is not known.
std::string location_text(const model::EventLocation& location);
/// Text that a click puts into the clipboard; `shown` in its place where there is no room for it.
void copied_text(const Context& context, const Rect& row, const char* id, const std::string& text,
                 const std::string& shown = "");

}  // namespace ws::view
