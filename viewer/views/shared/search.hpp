// SPDX-License-Identifier: Apache-2.0
// What was last searched for, and found. No ImGui.
#pragma once

#include <optional>
#include <string>

#include "viewer/views/shared/session.hpp"

namespace ws::view {

class Search {
  public:
    explicit Search(const Session& session);

    void set_found(int run_side, std::vector<model::EventIndex> events);
    /// What the last search found in the run side(), ascending.
    const std::vector<model::EventIndex>& found() const { return found_; }
    int side() const { return side_; }
    /// Those of them that are of a CPU.
    const std::vector<model::EventIndex>& of_cpu(u32 cpu) const { return of_cpu_[cpu]; }
    /// The found event after the selected one, or before it; the first if that is of another run. kNoEvent if there is
    /// none.
    model::EventIndex next(int selected_side, model::EventIndex selected, bool ahead) const;

    std::optional<std::string> query;  ///< what Find is to look for; it takes it
    bool typing = false;               ///< the field of Find is to be typed into; it takes this

  private:
    const Session& session_;
    std::vector<model::EventIndex> found_;
    int side_ = 0;
    std::vector<std::vector<model::EventIndex>> of_cpu_;
};

}  // namespace ws::view
