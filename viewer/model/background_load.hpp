// SPDX-License-Identifier: Apache-2.0
// Loads runs in a thread of its own, so that a window can show how far it is and let the person cancel.
#pragma once

#include <atomic>
#include <future>

#include "viewer/model/run.hpp"

namespace ws::model {

class BackgroundLoad {
  public:
    enum class State : u8 { loading, loaded, failed, cancelled };

    /// Starts at once. `arrived` is called on the other thread when there is something to look at: progress that can be
    /// seen, or the end. A window wakes up by it.
    explicit BackgroundLoad(std::vector<std::filesystem::path> folders, std::function<void()> arrived = {});
    /// Cancels, and waits until the thread is gone.
    ~BackgroundLoad();
    BackgroundLoad(const BackgroundLoad&) = delete;
    BackgroundLoad& operator=(const BackgroundLoad&) = delete;

    /// The part of all runs that is done, 0 to 1. It never runs back.
    double progress() const { return done_; }
    State state() const { return state_; }
    /// Asks it to stop; state() tells when it has.
    void cancel() { cancel_ = true; }
    /// Waits for the end and hands over the runs, once. Throws what the load threw: TraceError, Cancelled.
    std::vector<Run> take();

  private:
    std::vector<Run> load();

    std::vector<std::filesystem::path> folders_;
    std::function<void()> arrived_;
    std::atomic<double> done_ = 0;
    std::atomic<State> state_ = State::loading;
    std::atomic<bool> cancel_ = false;
    std::future<std::vector<Run>> runs_;
};

}  // namespace ws::model
