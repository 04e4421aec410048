// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/app/frame.hpp"

namespace ws::app {

/// Opens a window and stays until it is closed. Throws AppError.
void show_window(const view::Session& session, const Options& options);

}  // namespace ws::app
