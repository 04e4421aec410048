// SPDX-License-Identifier: Apache-2.0
// `scripts/ws run` for a guest on one design after the other, started from the window.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "viewer/app/child_process.hpp"
#include "viewer/model/base/checkout.hpp"

namespace ws::app {

class RunNow {
  public:
    /// Starts the first. Throws AppError.
    void start(const model::Checkout& checkout, const std::string& guest, const std::vector<std::string>& designs);
    /// Reads what was printed, starts the next. True if something is new.
    bool poll();
    /// Ends the one that runs and forgets the others.
    void cancel();

    bool going_on() const { return process_ != nullptr; }
    /// The folder of the one that runs.
    const std::filesystem::path& folder() const { return folder_; }
    /// Folders of those that ended well, once.
    std::vector<std::filesystem::path> take_ended();
    /// What they printed: the last lines, the first is the oldest.
    const std::deque<std::string>& lines() const { return lines_; }
    /// Why the last one is no success, in a line, once; empty if none has failed.
    std::string take_problem() { return std::exchange(problem_, {}); }

  private:
    void start_next();
    void add(const std::string& text);
    void ended(int status);

    model::Checkout checkout_;
    std::string guest_;
    std::deque<std::string> designs_;
    std::unique_ptr<ChildProcess> process_;
    std::filesystem::path folder_;
    std::vector<std::filesystem::path> ended_;
    std::deque<std::string> lines_;
    bool line_ended_ = true;
    std::string problem_;
};

}  // namespace ws::app
