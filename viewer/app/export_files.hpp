// SPDX-License-Identifier: Apache-2.0
// What the window writes out: its picture, and the comparison of the two runs.
#pragma once

#include <cstdint>

#include "viewer/views/shared/state.hpp"

namespace ws::app {

/// A picture as OffscreenPicture::read() gives it.
struct Pixels {
    int width;
    int height;
    std::vector<std::uint8_t> rgb;
};

/// Writes all into the current folder, in place of former exports. Returns what to tell: the files, and what could not
/// be written with the reason.
std::string export_files(const view::Session& session, const view::State& state, const Pixels& picture);

}  // namespace ws::app
