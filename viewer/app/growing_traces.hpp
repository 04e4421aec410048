// SPDX-License-Identifier: Apache-2.0
// Traces that are still being written: when is it time to read them again?
#pragma once

#include <chrono>
#include <filesystem>
#include <map>

#include "hyp/arch/types.hpp"

namespace ws::app {

class GrowingTraces {
  public:
    using Clock = std::chrono::steady_clock;

    void watch(const std::filesystem::path& trace_folder) { seen_.try_emplace(trace_folder, 0); }
    void forget(const std::filesystem::path& trace_folder) { seen_.erase(trace_folder); }
    bool any() const { return !seen_.empty(); }
    /// The folder that has grown since it was named last, or whose capture has ended; empty if there is none, or if it
    /// is too soon to look again.
    std::filesystem::path grown();
    /// A reading took that long: the next one waits, so that most of the time goes to the person at the window.
    void rest_after(Clock::duration reading);

  private:
    std::map<std::filesystem::path, u64> seen_;  ///< bytes when it was named last
    Clock::time_point next_{};
};

}  // namespace ws::app
