// SPDX-License-Identifier: Apache-2.0
// Work in a thread of its own, so that a window can show how far it is and let the person cancel.
#pragma once

#include <atomic>
#include <future>

#include "hyp/arch/types.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/progress.hpp"

namespace ws::model {

enum class WorkState : u8 { working, done, failed, cancelled };

template <class Result>
class Background {
  public:
    using Work = std::function<Result(const Progress&)>;

    /// Starts at once. `arrived` is called on the other thread when there is something to look at: progress that can be
    /// seen, or the end. A window wakes up by it.
    explicit Background(Work work, std::function<void()> arrived = {})
        : work_(std::move(work)), arrived_(std::move(arrived)) {
        result_ = std::async(std::launch::async, [this] { return run(); });
    }
    /// Cancels, and waits until the thread is gone.
    ~Background() {
        cancel();
        if (result_.valid()) result_.wait();
    }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    /// The part that is done, 0 to 1. It never runs back.
    double progress() const { return done_; }
    WorkState state() const { return state_; }
    bool ended() const { return state_ != WorkState::working; }
    /// Asks it to stop; state() tells when it has.
    void cancel() { cancel_ = true; }
    /// Waits for the end and hands over the result, once. Throws what the work threw: TraceError, Cancelled.
    Result take() { return result_.get(); }

  private:
    Result run() {
        try {
            Result result = work_([this](double done) { return go_on(done); });
            done_ = 1;
            end(WorkState::done);
            return result;
        } catch (const Cancelled&) {
            end(WorkState::cancelled);
            throw;
        } catch (...) {
            end(WorkState::failed);
            throw;
        }
    }

    bool go_on(double done) {
        static constexpr double kSeen = 0.005;  // of the whole: less than that no bar shows
        if (done >= done_ + kSeen) {
            done_ = done;
            if (arrived_) arrived_();
        }
        return !cancel_;
    }

    void end(WorkState state) {
        state_ = state;
        if (arrived_) arrived_();
    }

    Work work_;
    std::function<void()> arrived_;
    std::atomic<double> done_ = 0;
    std::atomic<WorkState> state_ = WorkState::working;
    std::atomic<bool> cancel_ = false;
    std::future<Result> result_;
};

}  // namespace ws::model
