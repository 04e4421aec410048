// SPDX-License-Identifier: Apache-2.0
// How far a load is, while there is nothing else to show.
#pragma once

#include "viewer/views/draw/theme.hpp"

namespace ws::view {

/// Draws the page over the whole window. True if the person does not want to wait.
bool draw_loading_page(const Theme& theme, const std::string& what, double done);

}  // namespace ws::view
