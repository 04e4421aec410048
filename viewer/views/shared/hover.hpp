// SPDX-License-Identifier: Apache-2.0
// What of the time line the mouse points at: all views show the same.
#pragma once

#include <string>

#include "viewer/model/operations/alignment.hpp"

namespace ws::view {

/// A moment of one run, which the other run shows too. Set anew in each frame.
struct Hover {
    int side = -1;                    ///< -1: the mouse is elsewhere
    double time = 0;                  ///< net instructions after the trap of the shown operation
    bool on_lanes = false;            ///< on the time line, not on a strip
    u32 segment = model::kNoSegment;  ///< of the shown operation: the step under the mouse

    explicit operator bool() const { return side >= 0; }
};

/// What is under the mouse. Set anew in each frame.
struct UnderMouse {
    std::string cause;  ///< other causes step back
    Hover hover;        ///< the moment
};

}  // namespace ws::view
