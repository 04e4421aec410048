// SPDX-License-Identifier: Apache-2.0
// How the person has divided the room between the panels.
#pragma once

#include <algorithm>
#include <optional>

namespace ws::view {

/// A border that can be moved, as a part of the room before it.
struct Border {
    std::optional<float> wanted;  ///< where the person put it; nothing: it is where the room suggests
    float now = 0;                ///< where the last frame had it

    static constexpr float kLeast = 0.05F;
    static constexpr float kMost = 0.95F;
    void move_to(float part) { wanted = std::clamp(part, kLeast, kMost); }
    void move_by(float part) { move_to(now + part); }
};

struct Borders {
    Border lanes;   ///< the time line's part of the height below the strips
    Border events;  ///< the events' part of the width there, from the right
};

}  // namespace ws::view
