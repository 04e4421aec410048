// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/growing_traces.hpp"

#include <algorithm>

#include "viewer/model/format/capture_lock.hpp"

namespace ws::app {

std::filesystem::path GrowingTraces::grown() {
    static constexpr auto kLook = std::chrono::milliseconds(250);
    const auto now = Clock::now();
    if (now < next_) return {};
    next_ = now + kLook;
    for (auto& [folder, seen] : seen_) {
        const bool goes_on = model::CaptureLock::held(folder);  // asked first: what came before the end is read below
        const u64 bytes = model::bytes_written(folder);
        if (goes_on && bytes == seen) continue;
        seen = bytes;
        const std::filesystem::path named = folder;
        if (!goes_on) forget(named);
        return named;
    }
    return {};
}

void GrowingTraces::rest_after(Clock::duration reading) {
    next_ = std::max(next_, Clock::now() + 2 * reading);
}

}  // namespace ws::app
