// SPDX-License-Identifier: Apache-2.0
// Reads a run's images in a thread of its own, so that a window need not wait for it.
#pragma once

#include <future>

#include "viewer/model/code/event_location.hpp"

namespace ws::model {

class PlacesLater {
  public:
    /// Starts at once. The trace must live as long as this.
    explicit PlacesLater(const Trace& trace)
        : places_(std::async(std::launch::async, [&trace] { return std::make_shared<const Places>(trace); })) {}

    /// Null while they are being read.
    const Places* get() const {
        return places_.wait_for(std::chrono::seconds(0)) == std::future_status::ready ? places_.get().get() : nullptr;
    }
    const Places& wait() const { return *places_.get(); }

  private:
    std::shared_future<std::shared_ptr<const Places>> places_;
};

}  // namespace ws::model
