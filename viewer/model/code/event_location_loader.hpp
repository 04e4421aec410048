// SPDX-License-Identifier: Apache-2.0
// Reads a run's images in a thread of its own, so that a window need not wait for it.
#pragma once

#include <future>

#include "viewer/model/code/event_location.hpp"

namespace ws::model {

class EventLocationLoader {
  public:
    /// Starts at once. The trace must live as long as this.
    explicit EventLocationLoader(const Trace& trace)
        : locations_(
              std::async(std::launch::async, [&trace] { return std::make_shared<const EventLocations>(trace); })) {}

    /// Null while they are being read.
    const EventLocations* get() const {
        return locations_.wait_for(std::chrono::seconds(0)) == std::future_status::ready ? locations_.get().get()
                                                                                         : nullptr;
    }
    const EventLocations& wait() const { return *locations_.get(); }

  private:
    std::shared_future<std::shared_ptr<const EventLocations>> locations_;
};

}  // namespace ws::model
